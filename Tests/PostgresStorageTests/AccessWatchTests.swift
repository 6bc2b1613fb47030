import Access
import Platform
import Storage
import StorageTesting
import Testing

@testable import PostgresStorage

@Suite("The generation of access", .timeLimit(.minutes(5)))
struct AccessWatchTests {
    @Test("is not told while the database does not respond, and is again after that")
    func silence() async throws {
        var configuration = try Databases.fresh()
        configuration.accessStaleness = .milliseconds(200)
        let store = try PostgresStore.open(configuration, digest: testDigest)
        #expect(try await eventually { store.accessGeneration != nil })
        // The process that the thread asks.
        let processes = try Databases.run(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%access_state%'",
            in: configuration
        ).map { row throws(PostgresError) in pid_t(row.integer(0)) }
        try #require(!processes.isEmpty)
        for process in processes { kill(process, SIGSTOP) }
        let isSilent = try await eventually { store.accessGeneration == nil }
        for process in processes { kill(process, SIGCONT) }
        #expect(isSilent)
        #expect(try await eventually { store.accessGeneration != nil && store.unreadiness() == nil })
        await store.close()
    }

    @Test("rises with every other state, and not with one that was read too early to know")
    func states() throws {
        let watch = AccessWatch(Connector(PostgresConfiguration(address: "postgresql:///none")))
        func state(_ generation: Int64, _ mark: Int64, at time: UInt64) -> AccessState {
            AccessState(generation: generation, mark: mark, readAt: time)
        }
        let first = watch.learn(state(5, 50, at: AccessState.now()))
        #expect(watch.learn(state(5, 50, at: AccessState.now())) == first)
        let early = AccessState.now()
        let second = watch.learn(state(6, 60, at: AccessState.now()))
        #expect(second > first)
        // A read that was sent before this was learned.
        #expect(watch.learn(state(5, 50, at: early)) == second)
        // One that was lost in a crash, and another that took its number.
        let third = watch.learn(state(5, 50, at: AccessState.now() + 1_000_000_000))
        #expect(third > second)
        #expect(watch.learn(state(6, 61, at: AccessState.now() + 2_000_000_000)) > third)
    }
}
