import Access
import CSQLite
import Platform
import Storage
import StorageTesting
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("A fault", .timeLimit(.minutes(10)))
struct FaultTests {
    private let directory = TemporaryDirectory()

    @Test("of one change fails that one alone, and leaves no trace")
    func faultyChange() async throws {
        try await directory.store().close()
        try Database(path: directory.database, mode: .readWrite).execute(
            """
            CREATE TRIGGER poison AFTER INSERT ON connections WHEN NEW.name = 'poison'
            BEGIN SELECT RAISE(ABORT, 'quoted'); END
            """
        )
        let store = try directory.store()
        let tenant = try await Tenant.create(in: store)
        let outcomes = await withTaskGroup(of: Result<CommitOutcome, any Error>.self) { group in
            for index in 0..<600 {
                group.addTask {
                    let record = tenant.record(index % 60 == 0 ? "poison" : "connection")
                    do { return .success(try await tenant.create(record, sealed: .lettered("a"), in: store)) } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let failures = outcomes.compactMap { outcome -> StoreError? in
            guard case .failure(let error) = outcome else { return nil }
            return error as? StoreError
        }
        #expect(failures.count == 10)
        #expect(store.statistics().failedCommits == 10)
        #expect(store.statistics().commits == 591)
        #expect(failures.allSatisfy { $0.says(directory.database) && !$0.says("quoted") && !$0.says("poison") })
        let page = Page(size: 1, number: 0)
        #expect(try store.documents(.connection, in: tenant.id, matching: .init(), page: page).total == 590)
        await store.close()
        #expect(try auditChains(in: directory).map(\.count) == [591])
    }

    @Test("of a full disk fails changes with advice, and passes when there is space again")
    func fullDisk() async throws {
        let store = try SQLiteStore(
            directory: directory.path,
            creating: true,
            digest: testDigest,
            settings: "PRAGMA max_page_count = 120;"
        )
        let tenant = try await Tenant.create(in: store)
        var stored: [DocumentRecord] = []
        let refusal = await #expect(throws: StoreError.self) {
            while true {
                let record = tenant.record(document: String(repeating: "x", count: 3000))
                try await tenant.create(record, sealed: .lettered("a"), in: store)
                stored.append(record)
            }
        }
        guard case .unavailable = refusal else {
            Issue.record("\(String(describing: refusal)) does not say that the disk refuses")
            return
        }
        #expect(refusal?.says("nothing was done: free space on its disk") == true)
        #expect(stored.count > 20)
        #expect(store.statistics().failedCommits == 1)
        for record in stored { #expect(try store.stored(.connection, record.id, in: tenant.id)?.record == record) }

        for record in stored.prefix(10) {
            let deletion = Mutation.deleteDocument(.connection, record.id, organization: tenant.id)
            #expect(try await store.commit(Change([deletion], event: nil)) == .committed)
        }
        #expect(try await tenant.create(tenant.record(), in: store) == .committed)
        await store.close()
        #expect(try auditChains(in: directory).map(\.count) == [stored.count + 2])
    }

    @Test("of a full disk fails an event that stands alone, whether somebody waits for it or not")
    func fullDiskOfEvents() async throws {
        let store = try SQLiteStore(
            directory: directory.path,
            creating: true,
            digest: testDigest,
            settings: "PRAGMA max_page_count = 100;"
        )
        let tenant = try await Tenant.create(in: store)
        let intent = Change([], event: tenant.event(String(repeating: "x", count: 3000), on: tenant.id))
        var count = 1
        let refusal = await #expect(throws: StoreError.self) {
            while true { if try await store.commit(intent) == .committed { count += 1 } }
        }
        #expect(refusal?.says("nothing was done: free space on its disk") == true)
        let told = await withCheckedContinuation { continuation in
            store.enqueue(intent) { continuation.resume(returning: $0) }
        }
        guard case .failure(.unavailable) = told else {
            Issue.record("\(told) does not say that the disk refuses")
            return
        }
        #expect(store.statistics().failedCommits == 2)
        await store.close()
        #expect(try auditChains(in: directory).map(\.count) == [count])
    }

    @Test("that puts secrets over those of another kind fails that change alone")
    func foreignSecrets() async throws {
        let store = try directory.store()
        let tenant = try await Tenant.create(in: store)
        let account = tenant.record(kind: .awsAccount)
        let connection = tenant.record(id: account.id)
        let other = tenant.record()
        try await tenant.create(account, sealed: .lettered("a"), in: store)
        await #expect(throws: StoreError.self) {
            try await tenant.create(connection, sealed: .lettered("b"), in: store)
        }
        #expect(try store.stored(.connection, connection.id, in: tenant.id) == nil)
        try await tenant.create(connection, in: store)
        let update = Mutation.updateDocument(connection, expecting: 1, sealed: .lettered("b"))
        await #expect(throws: StoreError.self) {
            try await store.commit(Change([.createDocument(other, sealed: nil), update], event: nil))
        }
        #expect(try store.stored(.connection, connection.id, in: tenant.id)?.revision == 1)
        #expect(try store.stored(.connection, other.id, in: tenant.id) == nil)
        #expect(try store.sealedSecrets(of: .awsAccount, account.id, in: tenant.id)?.sealed == .lettered("a"))
        await store.close()
    }

    @Test("of the file system fails changes, and passes with its cause")
    func fileSizeLimit() async throws {
        await #expect(processExitsWith: .exitCode(0)) { [path = directory.path as String] in
            signal(SIGXFSZ, SIG_IGN)
            let store = try SQLiteStore.create(in: path, digest: testDigest)
            let tenant = try await Tenant.create(in: store)
            let kept = tenant.record("kept")
            try await tenant.create(kept, in: store)
            setFileSizeLimit(200_000)
            let large = tenant.record(document: String(repeating: "x", count: 500_000))
            var refusal: StoreError?
            for _ in 0..<3 {
                do { try await tenant.create(large, in: store) } catch { refusal = error as? StoreError }
            }
            guard case .unavailable = refusal, refusal?.says("nothing was done") == true else { exit(1) }
            guard try store.stored(.connection, kept.id, in: tenant.id)?.record == kept else { exit(2) }
            guard try store.stored(.connection, large.id, in: tenant.id) == nil else { exit(3) }
            setFileSizeLimit(rlim_t.max)
            guard try await tenant.create(large, in: store) == .committed else { exit(4) }
            guard try store.document(.connection, large.id, in: tenant.id) == large.document else { exit(5) }
            await store.close()
        }
        #expect(try auditChains(in: directory).map(\.count) == [3])
    }

    @Test(
        "of confirming a commit is told as unknown, and others as not done",
        arguments: [
            (SQLITE_IOERR | 4 << 8, SQLiteError.Operation.commit, true), (SQLITE_IOERR | 3 << 8, .commit, false),
            (SQLITE_FULL, .commit, false), (SQLITE_IOERR | 4 << 8, .write, false), (SQLITE_BUSY, .commit, false),
        ]
    )
    func unknownOutcome(code: Int32, operation: SQLiteError.Operation, isUnknown: Bool) {
        let error = SQLiteError(code: code, operation: operation).storeError(path: "/data/keyway.db")
        #expect(error.says("it is unknown whether") == isUnknown)
        #expect(error.says("nothing was done") == !isUnknown)
        #expect(error.says("/data/keyway.db"))
    }
}

/// Bounds the size of files that this process writes, up to what it may set.
private func setFileSizeLimit(_ bytes: rlim_t) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    limit.rlim_cur = min(bytes, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}
