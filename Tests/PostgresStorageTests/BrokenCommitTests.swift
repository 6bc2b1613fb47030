import Access
import Documents
import Platform
import PostgresTesting
import Storage
import StorageTesting
import Synchronization
import Testing

@testable import PostgresStorage

@Suite("A store whose database breaks", .timeLimit(.minutes(10)))
struct BrokenCommitTests {
    @Test("loses nothing when its sessions are ended, and goes on")
    func terminatedSessions() async throws {
        let configuration = try Databases.fresh()
        try await requireNothingLost(configuration, rounds: isLong ? 40 : 5) {
            try Databases.run(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """,
                in: configuration
            )
        }
    }

    @Test("loses nothing when the server is killed, and goes on")
    func killedServer() async throws {
        let server = try PostgresServer()
        var configuration = PostgresConfiguration(address: server.address(of: "postgres"))
        configuration.acceptsVolatileServer = true
        configuration.patience = .seconds(30)
        try await PostgresStore.create(configuration, digest: testDigest).close()
        try await requireNothingLost(configuration, rounds: isLong ? 20 : 2) { try server.kill() }
    }

    private var isLong: Bool { Platform.getenv("KEYWAY_LONG") != nil }

    /// Creates connections by two stores while `breakIt` is run again and again; then looks for all of them.
    private func requireNothingLost(
        _ configuration: PostgresConfiguration,
        rounds: Int,
        breakIt: () throws -> Void
    ) async throws {
        let stores = [
            try PostgresStore.open(configuration, digest: testDigest),
            try PostgresStore.open(configuration, digest: testDigest),
        ]
        let tenant = try await Tenant.create(in: stores[0])
        let isOver = Flag()
        let writers = (0..<12).map { number in
            Task {
                var written: [(record: DocumentRecord, result: Result<CommitOutcome, StoreError>)] = []
                while !isOver.isSet {
                    let record = tenant.record()
                    let change = Change([.createDocument(record, sealed: nil)], event: tenant.event(on: record.id))
                    do throws(StoreError) {
                        written.append((record, .success(try await stores[number % 2].commit(change))))
                    } catch {
                        written.append((record, .failure(error)))
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
                return written
            }
        }
        for _ in 0..<rounds {
            try await Task.sleep(for: .milliseconds(150))
            try breakIt()
        }
        // Both recover by themselves.
        for store in stores {
            let record = tenant.record("after all")
            var isCommitted = false
            for _ in 0..<3_000 where !isCommitted {
                do throws(StoreError) {
                    let change = Change([.createDocument(record, sealed: nil)], event: nil)
                    // One whose outcome was unknown may be there.
                    let outcome = try await store.commit(change)
                    isCommitted = outcome == .committed || outcome == .conflict
                } catch {
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            #expect(isCommitted)
        }
        isOver.set()
        var acknowledged = 0
        var events = 0
        for writer in writers {
            for (record, result) in try await writer.value {
                let isThere = try stores[0].document(.connection, record.id, in: tenant.id) != nil
                if isThere { events += 1 }
                switch result {
                case .success(let outcome):
                    #expect(outcome == .committed)
                    #expect(isThere)
                    acknowledged += 1
                case .failure(.unavailable(let reason)):
                    #expect(!isThere || reason.contains("unknown"), "\(reason)")
                case .failure(let error): Issue.record("\(error)")
                }
            }
        }
        #expect(acknowledged > 0)
        #expect(try auditChain(of: tenant.id, in: stores[1]).count == events + 1)
        for store in stores { await store.close() }
    }

    @Test("tells by the audit log whether a commit was made whose end it did not see")
    func settlement() async throws {
        let configuration = try Databases.fresh()
        let store = try PostgresStore.open(configuration, digest: testDigest)
        let tenant = try await Tenant.create(in: store)
        let line = try #require(try store.newestAuditLine(in: tenant.id))
        let settlement = CommitSettlement(Connector(configuration))
        func outcome(_ sequence: Int64, _ bytes: [UInt8]) -> StoreError? {
            let witness = PostgresTransaction.Witness(
                ordinal: 1,
                place: AuditPlace.of(sequence: sequence, in: 1),
                line: bytes
            )
            return settlement.outcome(of: witness, after: .lostConnection())
        }
        #expect(outcome(line.sequence, line.bytes) == nil)
        let undone = PostgresError.lostConnection().storeError()
        #expect(outcome(line.sequence, line.bytes + [32]) == undone)
        #expect(outcome(line.sequence + 1, line.bytes) == undone)
        guard case .unavailable(let reason)? = settlement.outcome(of: nil, after: .lostConnection()) else {
            Issue.record("it knows what it can't know")
            return
        }
        #expect(reason.contains("unknown"))
        await store.close()
    }

    @Test("is not held up by a node that stopped while it held an organisation's lock")
    func stoppedHolder() async throws {
        let configuration = try Databases.fresh()
        let store = try PostgresStore.open(configuration, digest: testDigest)
        let tenant = try await Tenant.create(in: store)
        // A node's transaction, as far as it came before the node stopped.
        let holder = try PostgresConnection(to: configuration.address, timeout: 10)
        let transaction = PostgresTransaction(on: holder, within: .seconds(1), isDurable: false, digest: testDigest)
        let change = Change([.noteMasterKey(id: "x")], event: tenant.event(on: tenant.id))
        _ = try transaction.carryOut([change], knowing: [:])
        #expect(try await tenant.create(tenant.record(), in: store) == .committed)
        await store.close()
    }

    @Test("gives up on a lock that somebody else holds, and does nothing then")
    func foreignLock() async throws {
        var configuration = try Databases.fresh()
        configuration.patience = .seconds(1)
        let store = try PostgresStore.open(configuration, digest: testDigest)
        let tenant = try await Tenant.create(in: store)
        let holder = try PostgresConnection(to: configuration.address, timeout: 10)
        _ = try holder.run(
            [SQLQuery("BEGIN"), SQLQuery("SELECT 1 FROM organizations FOR UPDATE")],
            within: .seconds(30)
        )
        let record = tenant.record()
        await #expect(throws: StoreError.self) { try await tenant.create(record, in: store) }
        _ = try holder.run(SQLQuery("ROLLBACK"), within: .seconds(30))
        #expect(try store.document(.connection, record.id, in: tenant.id) == nil)
        await store.close()
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
