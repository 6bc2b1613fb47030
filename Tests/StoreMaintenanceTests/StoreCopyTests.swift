import Platform
import Storage
import StorageTesting
import StoreMaintenance
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("A copy of a store", .timeLimit(.minutes(10)))
struct StoreCopyTests {
    private let directory = TemporaryDirectory()

    @Test("has all rows of every table, and is a store then")
    func everything() async throws {
        try await directory.fill()
        let outcome = try directory.migrate()
        #expect(outcome.agrees)
        #expect(outcome.tables.map(\.name) == StoredTable.all.map(\.name))
        for table in outcome.tables {
            #expect(table.sourceRows > 0, "\(table.name) is not tried")
            #expect(table.targetRows == table.sourceRows, "\(table.name)")
        }
        #expect(outcome.targetChains.count == 2)
        #expect(try entries(of: "target") == ["keyway.db", "keyway.lock"])
        #expect(try directory.examine("target").findings == [])
        #expect(directory.mode(of: "target/keyway.db") == 0o600)

        let source = try directory.store()
        let target = try directory.store("target")
        #expect(try target.organizations() == source.organizations())
        #expect(try target.newestIdentifier() == source.newestIdentifier())
        // The next organisation and the next event have their places behind the others.
        try await Tenant.createWithEverything(in: try directory.store("third"))
        let tenant = try await Tenant.create(in: target, name: "Later")
        try await tenant.create(tenant.record(), in: target)
        await source.close()
        await target.close()
        #expect(try directory.examine("target").chains.map(\.ordinal) == [1, 2, 3])
    }

    @Test("is the same whatever the store holds", arguments: StoreExercise.all)
    func exercises(_ exercise: StoreExercise) async throws {
        let store = try directory.store()
        try await exercise.run(on: store)
        await store.close()
        let from = try SQLiteRows(directory: directory("source"))
        let to = try SQLiteTarget(into: directory("target"), restarting: false)
        _ = try StoreCopy(from: from, to: to).run { _ in }
        let outcome = try StoreComparison(of: from, with: to).run { _ in }
        #expect(outcome.tables.filter { !$0.agrees } == [])
        #expect(outcome.sourceChains == outcome.targetChains)
    }

    @Test("that was ended after any part goes on where it ended")
    func resumed() async throws {
        try await directory.fill(connections: 20)
        let from = try SQLiteRows(directory: directory("source"))
        var ends = 0
        while true {
            let target = try SQLiteTarget(into: directory("target"), restarting: false)
            let ending = EndingTarget(target)
            do {
                let outcome = try StoreCopy(from: from, to: ending).run { _ in }
                #expect(outcome.isContinued)
                #expect(try StoreComparison(of: from, with: target).run { _ in }.agrees)
                try target.finish()
                break
            } catch StoreError.closed {
                ends += 1
                // Nothing finds it.
                #expect(throws: StoreError.self) { try SQLiteRows(directory: directory("target")) }
            }
        }
        #expect(ends == StoredTable.all.count - 1)
        #expect(try directory.examine("target").findings == [])
    }

    @Test("that was killed goes on where it ended")
    func killed() async throws {
        try await directory.fill(connections: 50)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
            let from = try SQLiteRows(directory: path + "/source")
            let to = try SQLiteTarget(into: path + "/target", restarting: false)
            var parts = 0
            _ = try StoreCopy(from: from, to: to).run { _ in
                parts += 1
                if parts == 12 { kill(getpid(), SIGKILL) }
            }
        }
        #expect(try directory.migrate().agrees)
        #expect(try directory.examine("target").findings == [])
    }

    @Test("goes into no directory that holds anything else")
    func occupied() async throws {
        try await directory.fill()
        try await directory.fill("target")
        expectRefusal("holds a database already, which is not overwritten")
        mkdir(directory("other"), 0o700)
        mkdir(directory("other/notes"), 0o700)
        expectRefusal("is not empty", into: "other")
        #expect(try entries(of: "other") == ["notes"])
    }

    @Test("is not continued with another store, and begins again if told to")
    func foreign() async throws {
        try await directory.fill()
        try await directory.fill("another")
        do {
            let to = try SQLiteTarget(into: directory("target"), restarting: false)
            _ = try StoreCopy(from: try SQLiteRows(directory: directory("another")), to: to).run { _ in }
        }
        let from = try SQLiteRows(directory: directory("source"))
        do {
            let to = try SQLiteTarget(into: directory("target"), restarting: false)
            #expect(throws: StoreCopy.ForeignRows.self) { try StoreCopy(from: from, to: to).run { _ in } }
        }
        let to = try SQLiteTarget(into: directory("target"), restarting: true)
        #expect(try !StoreCopy(from: from, to: to).run { _ in }.isContinued)
        #expect(try StoreComparison(of: from, with: to).run { _ in }.agrees)
    }

    @Test("keeps a server from the source, and others from the target")
    func locks() async throws {
        try await directory.fill()
        let from = try SQLiteRows(directory: directory("source"))
        #expect(throws: StoreError.self) { try directory.store() }
        let to = try SQLiteTarget(into: directory("target"), restarting: false)
        expectRefusal("is in use by another Keyway process")
        expectRefusal("is in use by another Keyway process", into: "source")
        #expect(from.place == directory("source"))
        #expect(to.place == directory("target"))
    }

    private func expectRefusal(_ text: String, into name: String = "target") {
        let refusal = #expect(throws: StoreError.self) {
            try SQLiteTarget(into: directory(name), restarting: false)
        }
        guard case .unavailable(let reason) = refusal else {
            Issue.record("\(String(describing: refusal)) is another refusal")
            return
        }
        #expect(reason.contains(text))
    }

    private func entries(of name: String) throws -> [String] {
        let stream = try #require(opendir(directory(name)))
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
            )
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }
}

/// A target that is closed once it was given one part.
private final class EndingTarget: FillableStore {
    private let target: SQLiteTarget
    private var parts = 0

    init(_ target: SQLiteTarget) {
        self.target = target
    }

    var place: String { target.place }

    func rows(of table: StoredTable, after key: StoredRow?, bytes: Int) throws(StoreError) -> [StoredRow] {
        try target.rows(of: table, after: key, bytes: bytes)
    }

    func lastKey(of table: StoredTable) throws(StoreError) -> StoredRow? { try target.lastKey(of: table) }

    func append(_ rows: [StoredRow], to table: StoredTable) throws(StoreError) {
        guard parts == 0 else { throw .closed }
        parts += 1
        try target.append(rows, to: table)
    }

    func finish() throws(StoreError) { try target.finish() }
}
