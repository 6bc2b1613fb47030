import Testing

@testable import SQLiteStorage

@Suite("Migrations")
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
}
