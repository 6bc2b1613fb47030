import Storage
import Testing
import TestSupport

@testable import SQLiteStorage

@Suite("The tables that are copied from store to store", .timeLimit(.minutes(10)))
struct StoredTableTests {
    private let database: Database

    init() throws {
        database = try Database(path: ":memory:", mode: .readWrite)
        #expect(try Migration.run(on: database, creating: true) == nil)
    }

    @Test("are all that the schema has")
    func names() throws {
        let statement = try Statement("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", on: database)
        var names: [String] = []
        while try statement.step() { names.append(statement.text(0)) }
        #expect(names == StoredTable.all.map(\.name).sorted())
    }

    @Test("have the schema's columns, types and keys", arguments: StoredTable.all.map(\.name))
    func columns(_ name: String) throws {
        let table = try #require(StoredTable.all.first { $0.name == name })
        let statement = try Statement(
            "SELECT name, type, \"notnull\" OR pk, pk FROM pragma_table_info(?1) ORDER BY cid",
            on: database
        )
        try statement.bind(1, text: name)
        var found: [String] = []
        var keys: [Int64] = []
        while try statement.step() {
            found.append("\(statement.text(0)) \(statement.text(1))\(statement.flag(2) ? "" : "?")")
            keys.append(statement.integer(3))
        }
        let expected = table.columns.map { column in
            let type =
                switch column.kind {
                case .integer: "INTEGER"
                case .text: "TEXT"
                case .bytes: "BLOB"
                }
            return "\(column.name) \(type)\(column.isOptional ? "?" : "")"
        }
        #expect(found == expected)
        #expect(keys == (0..<table.columns.count).map { $0 < table.keyLength ? Int64($0 + 1) : 0 })
    }

    @Test("refer to tables before them, as the schema does", arguments: StoredTable.all.map(\.name))
    func references(_ name: String) throws {
        let table = try #require(StoredTable.all.first { $0.name == name })
        let statement = try Statement("SELECT \"from\", \"table\" FROM pragma_foreign_key_list(?1)", on: database)
        try statement.bind(1, text: name)
        var found: Set<String> = []
        while try statement.step() { found.insert("\(statement.text(0)) \(statement.text(1))") }
        let declared = table.references.filter { $0.condition == nil }.map { "\($0.column) \($0.table)" }
        #expect(Set(declared) == found)
        let before = StoredTable.all.prefix { $0.name != name }.map(\.name)
        #expect(table.references.allSatisfy { before.contains($0.table) })
    }
}
