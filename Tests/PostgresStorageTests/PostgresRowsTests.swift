import Access
import Cryptography
import Documents
import PostgresTesting
import SQLiteStorage
import Storage
import StorageTesting
import StoreMaintenance
import TestSupport
import Testing

@testable import PostgresStorage

@Suite("A store that moves to PostgreSQL", .timeLimit(.minutes(10)))
struct PostgresRowsTests {
    private let directory = TemporaryDirectory()

    @Test("is the same there, and back again")
    func thereAndBack() async throws {
        try await fill()
        let configuration = try Databases.empty()
        do {
            let from = try SQLiteRows(directory: directory("source"))
            let to = try PostgresTarget(configuration, at: "there", restarting: false)
            #expect(try StoreCopy(from: from, to: to).run { _ in }.isContinued == false)
            let outcome = try StoreComparison(of: from, with: to).run { _ in }
            #expect(outcome.agrees)
            for table in outcome.tables { #expect(table.targetRows > 0, "\(table.name) is not tried") }
            try to.finish()
        }
        #expect(try examine(configuration).findings == [])
        do {
            let from = try PostgresRows(configuration, at: "there")
            let to = try SQLiteTarget(into: directory("back"), restarting: false)
            _ = try StoreCopy(from: from, to: to).run { _ in }
            #expect(try StoreComparison(of: from, with: to).run { _ in }.agrees)
            try to.finish()
        }
        let first = try SQLiteRows(directory: directory("source"))
        let last = try SQLiteRows(directory: directory("back"))
        #expect(try StoreComparison(of: first, with: last).run { _ in }.agrees)

        // What is served goes on where the chains and the ordinals end.
        let store = try PostgresStore.open(configuration, digest: sha256)
        let tenant = try await Tenant.create(in: store, name: "Later")
        try await tenant.create(tenant.record(), in: store)
        await store.close()
        #expect(try examine(configuration).chains.map(\.ordinal) == [1, 2, 3])
        #expect(try examine(configuration).chains.allSatisfy { $0.fault == nil } == true)
    }

    @Test("is served by nobody before all is there, and goes on after any part")
    func resumed() async throws {
        try await fill()
        let configuration = try Databases.empty()
        let from = try SQLiteRows(directory: directory("source"))
        var ends = 0
        while true {
            let target = try PostgresTarget(configuration, at: "there", restarting: false)
            do {
                _ = try StoreCopy(from: from, to: OnePart(target)).run { _ in }
                try target.finish()
                break
            } catch StoreError.closed {
                ends += 1
            }
            if ends == 5 {
                let opened = #expect(throws: StoreError.self) {
                    try PostgresStore.open(configuration, digest: sha256)
                }
                #expect(opened?.text.contains("is being filled by `keyway migrate`") == true)
                let created = #expect(throws: StoreError.self) {
                    try PostgresStore.create(configuration, digest: sha256)
                }
                #expect(created?.text.contains("is being filled by `keyway migrate`") == true)
                let refusal = #expect(throws: StoreError.self) { try PostgresRows(configuration, at: "there") }
                #expect(refusal?.text.contains("is being filled") == true)
            }
        }
        #expect(ends == StoredTable.all.count - 1)
        #expect(try examine(configuration).findings == [])
        let to = try PostgresRows(configuration, at: "there")
        #expect(try StoreComparison(of: from, with: to).run { _ in }.agrees)
    }

    @Test("goes into no database that holds anything else")
    func occupied() async throws {
        let foreign = try Databases.empty()
        try Databases.run("CREATE TABLE notes (text text)", in: foreign)
        expectRefusal("holds tables that are not Keyway's", foreign)
        #expect(try Databases.run("SELECT to_regclass('keyway_schema') IS NULL AS empty", in: foreign).count == 1)

        let served = try Databases.fresh()
        let store = try PostgresStore.open(served, digest: sha256)
        _ = try await Tenant.create(in: store)
        await store.close()
        expectRefusal("holds a store already, which is not overwritten", served)

        // Tables without a row are as good as none.
        _ = try PostgresTarget(try Databases.fresh(), at: "there", restarting: false)
    }

    @Test("is not continued with another store, and begins again if told to")
    func foreign() async throws {
        try await fill()
        try await fill("another")
        let configuration = try Databases.empty()
        let another = try SQLiteRows(directory: directory("another"))
        let from = try SQLiteRows(directory: directory("source"))
        let first = try PostgresTarget(configuration, at: "there", restarting: false)
        _ = try StoreCopy(from: another, to: first).run { _ in }
        let second = try PostgresTarget(configuration, at: "there", restarting: false)
        #expect(throws: StoreCopy.ForeignRows.self) { try StoreCopy(from: from, to: second).run { _ in } }
        let third = try PostgresTarget(configuration, at: "there", restarting: true)
        _ = try StoreCopy(from: from, to: third).run { _ in }
        #expect(try StoreComparison(of: from, with: third).run { _ in }.agrees)
    }

    @Test("can be read by nodes while it is copied away, and not be written")
    func readOnly() async throws {
        let configuration = try await filled()
        let from = try PostgresRows(configuration, at: "there")
        let node = try PostgresConnection(to: configuration.address, timeout: 10)
        #expect(try node.run(SQLQuery("SELECT key FROM connections"), within: .seconds(60)).count == 4)
        let writing = [
            SQLQuery("BEGIN"), SQLQuery("SET LOCAL lock_timeout = '50ms'"), SQLQuery("UPDATE users SET title = 'x'"),
        ]
        #expect(throws: PostgresError.refused(state: "55P03")) { try node.run(writing, within: .seconds(60)) }
        _ = try node.run(SQLQuery("ROLLBACK"), within: .seconds(60))
        #expect(try from.rows(of: .users, after: nil, bytes: 1).count == 1)
    }

    @Test(
        "is found to be another by a single row",
        arguments: [
            ("UPDATE connections SET document = document || ' ' WHERE name = 'connection 1'", "connections"),
            ("UPDATE sealed_secrets SET bytes = bytes || '\\x00' WHERE kind = 2", "sealed_secrets"),
            ("DELETE FROM act_tokens WHERE key = (SELECT max(key) FROM act_tokens)", "act_tokens"),
            ("INSERT INTO master_keys VALUES ('aa')", "master_keys"),
            ("UPDATE users SET title = '' WHERE name = 'Grace'", "users"),
            ("UPDATE audit_log SET time = time + 1 WHERE place = (SELECT max(place) FROM audit_log)", "audit_log"),
        ]
    )
    func differs(sql: String, table: String) async throws {
        let configuration = try await filled()
        try Databases.run(sql, in: configuration)
        let from = try SQLiteRows(directory: directory("source"))
        let to = try PostgresRows(configuration, at: "there")
        let outcome = try StoreComparison(of: from, with: to).run { _ in }
        #expect(!outcome.agrees)
        #expect(outcome.tables.filter { !$0.agrees }.map(\.name) == [table])
    }

    @Test(
        "is examined there as everywhere",
        arguments: [
            ("UPDATE connections SET document = substr(document, 2) WHERE name = 'connection 1'", "can't be read"),
            ("UPDATE connections SET name = 'x'", "4 rows found by another name"),
            ("DELETE FROM master_keys WHERE id = 'k2'", "under a master key that is not noted"),
            ("DELETE FROM aws_accounts", "ccm_configs: 1 row whose key is not in aws_accounts"),
            ("DELETE FROM aws_accounts", "sealed_secrets: 1 row with secrets of a document"),
            ("DELETE FROM roles", "user_roles: 1 row with a role that is not in roles"),
            ("UPDATE user_roles SET position = 5 WHERE position = 1", "behind a gap in the positions"),
            ("DELETE FROM audit_log WHERE place = (1::int8 << 40) + 2", "event 2 is missing"),
            ("DROP INDEX connections_by_name", "the index connections_by_name is missing"),
            ("ALTER TABLE api_keys DROP CONSTRAINT api_keys_digest_key", "the index api_keys_digest_key is missing"),
            ("ALTER TABLE users ADD more text", "the table users is not as this version has it"),
            ("ALTER TABLE users ALTER name TYPE text COLLATE \"default\"", "the table users is not as"),
            ("DROP TABLE external_ids", "the table external_ids is missing"),
            (
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'registrations'::regclass",
                "the index registrations is not valid: REINDEX"
            ),
        ]
    )
    func examined(sql: String, words: String) async throws {
        let configuration = try await filled()
        try Databases.run(sql, in: configuration)
        let texts = try examine(configuration).findings.map(\.text)
        #expect(texts.contains { $0.contains(words) }, "\(texts)")
    }

    @Test("has its indexes checked where amcheck is, and says so where it is not")
    func indexes() async throws {
        let configuration = try await filled()
        #expect(try examine(configuration).notes.first?.contains("extension amcheck") == true)
        try Databases.run("CREATE EXTENSION amcheck", in: configuration)
        let outcome = try examine(configuration)
        #expect(outcome.notes == [])
        #expect(outcome.findings == [])
    }

    @Test("is no store where there is none")
    func nothing() throws {
        let refusal = #expect(throws: StoreError.self) { try PostgresExamination(try Databases.empty(), at: "there") }
        #expect(refusal?.text.contains("holds no store of Keyway's") == true)
    }

    private func expectRefusal(_ text: String, _ configuration: PostgresConfiguration) {
        let refusal = #expect(throws: StoreError.self) {
            try PostgresTarget(configuration, at: "there", restarting: false)
        }
        #expect(refusal?.text.contains(text) == true, "\(String(describing: refusal))")
    }

    /// Fills a store in a directory.
    private func fill(_ name: String = "source") async throws {
        let store = try SQLiteStore.create(in: directory(name), digest: sha256)
        try await Tenant.createWithEverything(in: store)
        await store.close()
    }

    /// A database that has what the directory `source` has.
    private func filled() async throws -> PostgresConfiguration {
        try await fill()
        let configuration = try Databases.empty()
        let to = try PostgresTarget(configuration, at: "there", restarting: false)
        _ = try StoreCopy(from: try SQLiteRows(directory: directory("source")), to: to).run { _ in }
        try to.finish()
        return configuration
    }

    private func examine(_ configuration: PostgresConfiguration) throws -> StoreExamination.Outcome {
        let store = try PostgresExamination(configuration, at: "there")
        return try StoreExamination(of: store) { _, attributes in
            (attributes?["name"]?.text?.string ?? "", attributes?["category"]?.text?.string ?? "")
        }.run { _ in }
    }
}

private let sha256: DigestFunction = { bytes in
    SHA256.digest(of: bytes).withBytes { KeyDigest(bytes: $0) } ?? KeyDigest(words: [0, 0, 0, 0])
}

extension StoreError {
    fileprivate var text: String {
        switch self {
        case .unavailable(let text), .corrupt(let text): text
        case .closed: ""
        }
    }
}

/// A target that is closed once it was given one part.
private final class OnePart: FillableStore {
    private let target: PostgresTarget
    private var parts = 0

    init(_ target: PostgresTarget) {
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
