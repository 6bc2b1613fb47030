import Access
import Platform
import PostgresTesting
import Storage
import StorageTesting
import Testing

@testable import PostgresStorage

@Suite("The generation of access", .timeLimit(.minutes(5)))
struct AccessWatchTests {
    @Test("is not told while the database does not respond, and is again after that")
    func silence() async throws {
        let server = try PostgresServer()
        var configuration = PostgresConfiguration(address: server.address(of: "postgres"))
        configuration.acceptsVolatileServer = true
        configuration.accessStaleness = .milliseconds(200)
        let store = try PostgresStore.create(configuration, digest: testDigest)
        #expect(try await eventually { store.accessGeneration != nil })
        // The process that the thread asks, and the one that would make another.
        var processes: [pid_t] = []
        _ = try await eventually {
            processes = try Databases.run(
                "SELECT pid FROM pg_stat_activity WHERE query LIKE '%access_state%' AND pid <> pg_backend_pid()",
                in: configuration
            ).map { row throws(PostgresError) in pid_t(row.integer(0)) }
            return !processes.isEmpty
        }
        processes.append(try #require(server.processID))
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
