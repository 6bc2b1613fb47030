import Access
import Documents
import Storage
import StorageTesting
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("Migrations", .timeLimit(.minutes(10)))
struct MigrationTests {
    private let directory = TemporaryDirectory()
    private let first = Migration(version: 1, sql: "CREATE TABLE a (x INTEGER) STRICT")
    private let second = Migration(version: 2, sql: "ALTER TABLE a ADD COLUMN y TEXT; INSERT INTO a (x) VALUES (7)")

    private func database() throws -> Database {
        write([], toFile: directory.database)
        return try Database(path: directory.database, mode: .readWrite)
    }

    @Test("are numbered from 1 without gaps")
    func numbers() {
        #expect(Migration.all.map(\.version) == Array(1...Int64(Migration.all.count)))
    }

    @Test("bring an empty database to the last version")
    func empty() throws {
        let database = try database()
        #expect(try Migration.run([first, second], on: database, creating: true) == nil)
        #expect(try database.integer("PRAGMA user_version") == 2)
        #expect(try database.integer("SELECT x FROM a") == 7)
    }

    @Test("run once each, on the data of the version before")
    func steps() throws {
        let database = try database()
        #expect(try Migration.run([first], on: database, creating: true) == nil)
        try database.execute("INSERT INTO a VALUES (1)")
        for _ in 0..<2 { #expect(try Migration.run([first, second], on: database, creating: false) == nil) }
        #expect(try database.integer("SELECT count(*) FROM a") == 2)
    }

    @Test("leave everything as it was when one fails")
    func failure() throws {
        let database = try database()
        #expect(try Migration.run([first], on: database, creating: true) == nil)
        let broken = Migration(version: 3, sql: "CREATE TABLE c (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)")
        #expect(throws: SQLiteError.self) { try Migration.run([first, second, broken], on: database, creating: false) }
        #expect(try database.integer("PRAGMA user_version") == 1)
        #expect(try database.integer("SELECT count(*) FROM a") == 0)
        #expect(!database.isInTransaction)
    }

    @Test("keep the connections of the first version, which nothing restricts", arguments: [1, 2_000, 20_000])
    func restrictions(documentLength: Int) async throws {
        let database = try database()
        #expect(try Migration.run([.initial], on: database, creating: true) == nil)
        let tenant = Tenant()
        let document = String(repeating: "a", count: documentLength)
        let record = tenant.record(document: document)
        try database.execute(
            """
            INSERT INTO organizations VALUES (1, '\(tenant.id)', 'Example', 0);
            INSERT INTO users VALUES (1, 1, 1, 'ada@example.com', '', NULL, NULL, 0, 0, 0, 0);
            INSERT INTO connections
                VALUES (\(record.id.key), \(record.id.lowBits), 1, '\(document)', 1, 7, 1, 'name', 'HTTP');
            """
        )
        let store = try SQLiteStore(directory: directory.path, digest: testDigest)
        let expected = RestrictedConnection(document: record.document, revision: 7, policy: nil)
        #expect(try store.connection(record.id, in: tenant.id) == expected)
        let page = try store.connections(visibleTo: tenant.principal(), matching: .init(), page: nil)
        #expect(page.elements == [record.document])
        await store.close()
    }
}

@Suite("The migration of roles", .timeLimit(.minutes(10)))
struct RoleMigrationTests {
    private let directory = TemporaryDirectory()

    @Test("leaves the users of an older version the roles that they have")
    func users() async throws {
        write([], toFile: directory.database)
        let database = try Database(path: directory.database, mode: .readWrite)
        let older = Migration.all.filter { $0.version < Migration.roles.version }
        #expect(try Migration.run(older, on: database, creating: true) == nil)
        let tenant = Tenant()
        let user = tenant.newUser(roles: [Role.readOnly.id, Role.admin.id])
        try database.execute(
            """
            INSERT INTO organizations VALUES (1, '\(tenant.id)', 'Example', 0);
            INSERT INTO users
                VALUES (\(user.id.key), \(user.id.lowBits), 1, '\(user.handle)', '', NULL, NULL, 0, 0, 5, 5);
            INSERT INTO user_roles VALUES (\(user.id.key), 0, '\(Role.readOnly.id)');
            INSERT INTO user_roles VALUES (\(user.id.key), 1, '\(Role.admin.id)');
            INSERT INTO api_keys VALUES (7, 8, 1, 'key', x'\(String(repeating: "00", count: 32))', 'abcd', 5, NULL, 5, NULL);
            """
        )
        let store = try SQLiteStore(directory: directory.path, digest: testDigest)
        #expect(try store.user(user.id, in: tenant.id) == user)
        let key = try #require(try store.apiKey(Identifier(key: 7, lowBits: 8), in: tenant.id))
        #expect(key.name == "key")
        #expect(key.lastUsedAt == nil)
        // What had no revision has the first one, from which it is changed.
        #expect(key.revision == 1)
        try await tenant.commit([.updateAPIKey(key), .updateUser(user)], in: store)
        #expect(try store.apiKey(key.id, in: tenant.id)?.revision == 2)
        #expect(try store.user(user.id, in: tenant.id)?.revision == 2)
        #expect(try store.ownRoles(in: tenant.id).isEmpty)
        try await tenant.commit([.createRole(tenant.role("New"))], in: store)
        #expect(try store.ownRoles(in: tenant.id).map(\.name) == ["New"])
        await store.close()
    }
}

@Suite("The migration of the audit log", .timeLimit(.minutes(10)))
struct AuditMigrationTests {
    private let directory = TemporaryDirectory()

    @Test("gives the events of an older version their times, by which they are found")
    func times() throws {
        write([], toFile: directory.database)
        let database = try Database(path: directory.database, mode: .readWrite)
        #expect(try Migration.run([.initial], on: database, creating: true) == nil)
        let id = Identifier(high: 1, low: 1)
        try database.execute("INSERT INTO organizations VALUES (1, '\(id)', 'Example', 1)")
        let times: [Int64] = [1_790_000_000_000_120, 0, 1_790_000_000_999_999]
        for (sequence, time) in zip(Int64(1)..., times) {
            let event = AuditEvent(
                organization: id,
                time: Timestamp(microseconds: time),
                actor: .operatorCommand("keyway init"),
                action: "organization.create",
                resourceType: "organizations",
                resource: id
            )
            let line = String(decoding: event.line(sequence: sequence, previous: ""), as: UTF8.self)
            try database.execute("INSERT INTO audit_log VALUES (\(1 << 40 | sequence), '\(line)')")
        }
        #expect(try Migration.run(on: database, creating: false) == nil)
        let reader = try Reader(path: directory.database)
        let span = AuditSpan(
            from: Timestamp(microseconds: 0),
            to: Timestamp(microseconds: .max),
            isDescending: false
        )
        let lines = try reader.auditLines(in: id, span, atMost: 10)
        #expect(lines.map(\.sequence) == [2, 1, 3])
        #expect(lines.map(\.time.microseconds) == [times[1], times[0], times[2]])
    }
}
