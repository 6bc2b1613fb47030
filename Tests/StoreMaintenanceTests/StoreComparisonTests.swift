import Storage
import StorageTesting
import StoreMaintenance
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("A comparison of two stores", .timeLimit(.minutes(10)))
struct StoreComparisonTests {
    private let directory = TemporaryDirectory()

    struct Change: CustomTestStringConvertible {
        let sql: String
        let table: String
        let missing: Int
        let added: Int
        let changed: Int
        let words: String

        init(_ sql: String, _ table: String, missing: Int = 0, added: Int = 0, changed: Int = 0, _ words: String) {
            self.sql = sql
            self.table = table
            self.missing = missing
            self.added = added
            self.changed = changed
            self.words = words
        }

        var testDescription: String { sql }
    }

    static let changes = [
        Change(
            "UPDATE connections SET document = document || ' ' WHERE name = 'connection 1'",
            "connections",
            changed: 1,
            "differs in document"
        ),
        Change("UPDATE connections SET revision = revision + 1", "connections", changed: 4, "differs in revision"),
        Change(
            "UPDATE sealed_secrets SET bytes = zeroblob(length(bytes)) WHERE kind = 2",
            "sealed_secrets",
            changed: 1,
            "differs in bytes"
        ),
        Change(
            "DELETE FROM connections WHERE key = (SELECT min(key) FROM connections)",
            "connections",
            missing: 1,
            "is missing"
        ),
        Change("DELETE FROM act_tokens", "act_tokens", missing: 2, "is missing"),
        Change("INSERT INTO master_keys VALUES ('aa')", "master_keys", added: 1, "a row is there in addition"),
        Change(
            "UPDATE users SET key = key + 1 WHERE handle = 'grace@example.com'",
            "users",
            missing: 1,
            added: 1,
            "is there in addition"
        ),
        Change("UPDATE users SET name = NULL WHERE name = 'Grace'", "users", changed: 1, "differs in name"),
        Change("UPDATE users SET title = '' WHERE name = 'Grace'", "users", changed: 1, "differs in title"),
        Change(
            "UPDATE audit_log SET event = replace(event, 'connection.create', 'connection.delete') WHERE place >> 40 = 2",
            "audit_log",
            changed: 1,
            "2/2 differs in event"
        ),
        Change(
            "UPDATE external_ids SET organization = 2",
            "external_ids",
            changed: 1,
            "a row differs in organization"
        ),
    ]

    @Test("finds every row that is changed, missing or added, and names no value", arguments: changes)
    func finds(_ change: Change) async throws {
        try await directory.fill()
        #expect(try directory.migrate().agrees)
        try Database(path: directory("target/keyway.db"), mode: .readWrite).execute(change.sql)
        let outcome = try compare()
        #expect(!outcome.agrees)
        #expect(outcome.tables.filter { !$0.agrees }.map(\.name) == [change.table])
        let table = try #require(outcome.tables.first { $0.name == change.table })
        #expect(table.missing == change.missing)
        #expect(table.added == change.added)
        #expect(table.changed == change.changed)
        #expect(table.sourceDigest != table.targetDigest)
        #expect(table.examples.contains { $0.contains(change.words) }, "\(table.examples)")
        let all = table.examples.joined()
        for value in ["Grace", "connection 1", "123456789012", "issued here"] { #expect(!all.contains(value)) }
    }

    @Test("finds an audit chain that is broken in both")
    func chains() async throws {
        try await directory.fill()
        try Database(path: directory("source/keyway.db"), mode: .readWrite)
            .execute("UPDATE audit_log SET event = replace(event, 'create', 'delete') WHERE place = (1 << 40) + 2")
        let outcome = try directory.migrate()
        #expect(outcome.tables.filter { !$0.agrees } == [])
        #expect(!outcome.agrees)
        #expect(outcome.sourceChains.first?.fault?.contains("event 2 was changed") == true)
        #expect(outcome.sourceChains == outcome.targetChains)
        #expect(outcome.sourceChains.last?.fault == nil)
        // So it is no store.
        #expect(throws: StoreError.self) { try SQLiteRows(directory: directory("target")) }
    }

    @Test("reads tables that are longer than one part")
    func parts() async throws {
        let store = try directory.store()
        let tenant = try await Tenant.create(in: store)
        let text = String(repeating: "a", count: 400_000)
        for _ in 0..<8 { try await tenant.create(tenant.record(document: text), in: store) }
        await store.close()
        #expect(try directory.migrate().agrees)
        try Database(path: directory("target/keyway.db"), mode: .readWrite)
            .execute("UPDATE connections SET document = 'b' WHERE key = (SELECT max(key) FROM connections)")
        let table = try #require(try compare().tables.first { $0.name == "connections" })
        #expect(table.sourceRows == 8)
        #expect(table.changed == 1)
    }

    private func compare() throws -> StoreComparison.Outcome {
        let from = try SQLiteRows(directory: directory("source"))
        let to = try SQLiteRows(directory: directory("target"))
        return try StoreComparison(of: from, with: to).run { _ in }
    }
}
