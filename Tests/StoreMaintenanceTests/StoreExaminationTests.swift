import Documents
import Platform
import Storage
import StorageTesting
import StoreMaintenance
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("An examination of a store", .timeLimit(.minutes(10)))
struct StoreExaminationTests {
    private let directory = TemporaryDirectory()

    struct Damage: CustomTestStringConvertible {
        let sql: String
        let kind: StoreFinding.Kind
        let table: String?
        let words: String

        init(_ sql: String, _ kind: StoreFinding.Kind, _ table: String?, _ words: String) {
            self.sql = sql
            self.kind = kind
            self.table = table
            self.words = words
        }

        var testDescription: String { sql }
    }

    private static let grace = "(SELECT key FROM users WHERE handle = 'grace@example.com')"

    static let damages = [
        Damage(
            "UPDATE connections SET document = substr(document, 2) WHERE name = 'connection 1'",
            .document,
            "connections",
            "1 row with a document that can't be read"
        ),
        Damage("UPDATE token_issuers SET document = '[]'", .document, "token_issuers", "that can't be read"),
        Damage(
            "UPDATE connections SET low = low + 1 WHERE name = 'connection 1'",
            .document,
            "connections",
            "with the document of another id"
        ),
        Damage("UPDATE connections SET name = 'x'", .column, "connections", "4 rows found by another name"),
        Damage("UPDATE connections SET category = 'x'", .column, "connections", "found by another category"),
        Damage(
            "DELETE FROM master_keys WHERE id = 'k2'",
            .masterKey,
            "sealed_secrets",
            "1 row sealed under a master key that is not noted"
        ),
        Damage("DELETE FROM master_keys WHERE id = 'k2'", .masterKey, "server_keys", "is not noted"),
        Damage(
            "DELETE FROM aws_accounts",
            .secrets,
            "sealed_secrets",
            "1 row with secrets of a document that is not in aws_accounts"
        ),
        Damage("DELETE FROM aws_accounts", .orphan, "ccm_configs", "whose key is not in aws_accounts"),
        Damage(
            "DELETE FROM aws_accounts",
            .orphan,
            "brought_external_ids",
            "whose account is not in aws_accounts"
        ),
        Damage("UPDATE sealed_secrets SET kind = 9 WHERE kind = 2", .secrets, "sealed_secrets", "that has none"),
        Damage("UPDATE sealed_secrets SET kind = 1 WHERE kind = 2", .secrets, "sealed_secrets", "not in connections"),
        Damage("DELETE FROM users WHERE key = \(grace)", .orphan, "user_roles", "2 rows whose user is not in users"),
        Damage("DELETE FROM users WHERE key = \(grace)", .orphan, "application_keys", "whose owner is not in users"),
        Damage("DELETE FROM roles", .orphan, "user_roles", "1 row with a role that is not in roles"),
        Damage("UPDATE user_roles SET role = 'x'", .orphan, "user_roles", "with a role that is not in roles"),
        Damage("DELETE FROM api_keys", .orphan, "act_tokens", "whose api_key is not in api_keys"),
        Damage("DELETE FROM organizations WHERE ordinal = 2", .orphan, "connections", "is not in organizations"),
        Damage(
            "UPDATE user_roles SET position = 5 WHERE position = 1",
            .position,
            "user_roles",
            "1 row behind a gap in the positions"
        ),
        Damage(
            "DELETE FROM application_key_scopes WHERE position = 0",
            .position,
            "application_key_scopes",
            "behind a gap in the positions"
        ),
        Damage(
            "UPDATE restriction_bindings SET position = 99 WHERE position = 2",
            .position,
            "restriction_bindings",
            "of a policy with a gap in the positions"
        ),
        Damage("UPDATE connections SET is_restricted = 1", .restriction, "connections", "3 rows marked as restricted"),
        Damage(
            "UPDATE connections SET is_restricted = 0",
            .restriction,
            "restriction_bindings",
            "1 row of a connection that is not marked"
        ),
        Damage(
            "UPDATE audit_log SET event = replace(event, 'create', 'delete') WHERE place = (1 << 40) + 2",
            .auditChain,
            nil,
            "event 2 was changed"
        ),
        Damage("DELETE FROM audit_log WHERE place = (1 << 40) + 2", .auditChain, nil, "event 2 is missing"),
        Damage("DELETE FROM audit_log WHERE place >> 40 = 2", .auditChain, nil, "it has no event"),
        Damage("UPDATE audit_log SET time = time + 1", .auditChain, nil, "is found by another time than its own"),
        Damage(
            "UPDATE audit_log SET place = place + (8 << 40) WHERE place >> 40 = 2",
            .auditChain,
            nil,
            "in the place of another organisation's"
        ),
        Damage(
            "UPDATE audit_log SET place = place + 7 WHERE place = (SELECT max(place) FROM audit_log)",
            .auditChain,
            nil,
            "event 2 is in the place of event 9"
        ),
        Damage("DROP INDEX connections_by_name", .schema, nil, "the index connections_by_name is missing"),
        Damage("ALTER TABLE users ADD COLUMN more TEXT", .schema, nil, "the table users is not as this version has it"),
        Damage("CREATE TABLE notes (text)", .schema, nil, "there is the table notes, which is not Keyway's"),
        Damage("PRAGMA user_version = 12", .schema, nil, "the schema has version 12, and this Keyway brings it to"),
        Damage(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'roles_by_name')
            WHERE name = 'token_issuers_by_name'
            """,
            .engine,
            nil,
            "index"
        ),
    ]

    @Test("finds nothing wrong with a store that is whole, beside the server that has it open")
    func whole() async throws {
        let store = try directory.store()
        try await Tenant.createWithEverything(in: store)
        let outcome = try directory.examine()
        #expect(outcome.findings == [])
        #expect(outcome.notes == [])
        #expect(outcome.schema.isNewest)
        #expect(outcome.rows.map(\.table) == StoredTable.all.map(\.name))
        #expect(outcome.rows.allSatisfy { $0.count > 0 })
        #expect(outcome.chains.map(\.events).allSatisfy { $0 > 0 })
        await store.close()
        #expect(try directory.examine().chains == outcome.chains)
    }

    @Test("tells what is wrong, in words that name no value", arguments: damages)
    func finds(_ damage: Damage) async throws {
        try await directory.fill()
        try Database(path: directory("source/keyway.db"), mode: .readWrite).execute(damage.sql)
        let findings = try directory.examine().findings
        let texts = findings.map(\.text)
        let found = findings.contains { finding in
            finding.kind == damage.kind && finding.table == damage.table && finding.text.contains(damage.words)
        }
        #expect(found, "\(texts)")
        for value in ["Grace", "grace@", "connection 1", "123456789012", "issued here", "brought by", "Deployers"] {
            #expect(!texts.joined().contains(value))
        }
    }

    @Test("names the rows, as they are found over the API")
    func rows() async throws {
        let store = try directory.store()
        let tenant = try await Tenant.create(in: store)
        let record = tenant.record(document: "no JSON")
        try await tenant.create(record, in: store)
        await store.close()
        let finding = try #require(try directory.examine().findings.first { $0.kind == .document })
        #expect(finding.rows == [record.id.description])
        #expect(finding.count == 1)
    }

    @Test("tells of a page that is damaged")
    func page() async throws {
        try await directory.fill(connections: 400)
        let path = directory("source/keyway.db")
        var content = try #require(bytes(ofFile: path))
        let pages = content.count / 4096
        for page in [pages / 2, pages * 2 / 3] {
            content.replaceSubrange(page * 4096..<page * 4096 + 2048, with: repeatElement(0x55, count: 2048))
        }
        let file = try #require(fopen(path, "w"))
        _ = content.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        fclose(file)
        #expect(try directory.examine().findings.contains { $0.kind == .engine })
    }

    @Test("is refused where there is no store")
    func refused() throws {
        #expect(throws: StoreError.self) { try SQLiteExamination(directory: directory("none")) }
        mkdir(directory("empty"), 0o700)
        #expect(throws: StoreError.self) { try SQLiteExamination(directory: directory("empty")) }
        #expect(bytes(ofFile: directory("empty/keyway.lock")) == nil)
    }
}
