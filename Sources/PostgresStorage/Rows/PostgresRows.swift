package import Storage

/// A store in PostgreSQL as rows of tables, as it is at one moment.
package final class PostgresRows: StoredRows {
    package let place: String
    let connection: PostgresConnection

    /// The longest wait for a statement that reads all of a table.
    static let patience = Duration.seconds(3_600)
    /// How many rows are looked at for one part.
    private static let rowsOfPart = 2_000

    /// Opens a store to read all of it, and brings its schema up to date. Until this is gone, nodes may read, and writes
    /// wait.
    ///
    /// - Parameters:
    ///   - configuration: The way to it.
    ///   - place: Where it is, for people.
    /// - Throws: ``StoreError``, with a text that says what to do.
    package convenience init(_ configuration: PostgresConfiguration, at place: String) throws(StoreError) {
        let connection = try Self.connect(configuration)
        try PostgresMigration.run(on: connection, creating: false, within: Self.patience)
        self.init(connection, at: place)
        let tables = StoredTable.all.map(\.name).joined(separator: ", ")
        do throws(PostgresError) {
            // The moment is that of the first read, once nobody writes any more.
            _ = try connection.run(
                Self.beginning("ISOLATION LEVEL REPEATABLE READ") + [
                    SQLQuery("SET LOCAL lock_timeout = '30s'"), SQLQuery("LOCK TABLE \(tables) IN SHARE MODE"),
                ],
                within: Self.patience
            )
        } catch .refused("55P03") {
            throw .unavailable("a transaction of another program writes to \(place) without an end: stop the nodes")
        } catch {
            throw Self.translated(error)
        }
    }

    init(_ connection: PostgresConnection, at place: String) {
        self.connection = connection
        self.place = place
    }

    static func connect(_ configuration: PostgresConfiguration) throws(StoreError) -> PostgresConnection {
        do throws(PostgresError) { return try Connector(configuration).connect() } catch { throw error.storeError() }
    }

    /// Begins a transaction that may take its time.
    static func beginning(_ mode: String) -> [SQLQuery] {
        [
            SQLQuery("BEGIN \(mode)"), SQLQuery("SET LOCAL statement_timeout = 0"),
            SQLQuery("SET LOCAL idle_in_transaction_session_timeout = 0"),
        ]
    }

    /// The error as a store tells it: damage is told from a server that can't be used.
    static func translated(_ error: PostgresError) -> StoreError {
        guard case .refused(let state) = error, state.hasPrefix("XX") else { return error.storeError() }
        return .corrupt("PostgreSQL found damage (SQLSTATE \(state)): its log says where")
    }

    func run(_ query: SQLQuery) throws(StoreError) -> SQLResult {
        do throws(PostgresError) {
            return try connection.run(query, within: Self.patience)
        } catch {
            throw Self.translated(error)
        }
    }

    package func rows(
        of table: StoredTable,
        after key: StoredRow?,
        bytes: Int
    ) throws(StoreError) -> [StoredRow] {
        let parameters = [SQLValue.integer(Int64(bytes))] + (key ?? []).map(SQLValue.init)
        return try run(SQLQuery(Self.part(of: table, isFirst: key == nil), parameters: parameters)).rows(of: table)
    }

    /// The next rows up to a size. Its parameters are that size and, unless it is the first part, the key before it.
    private static func part(of table: StoredTable, isFirst: Bool) -> String {
        let columns = table.columns.listed()
        let key = table.keyColumns.listed()
        let contents = table.columns.filter { $0.kind != .integer }.map { "coalesce(octet_length(\"\($0.name)\"), 0)" }
        let size = (["\(16 * table.columns.count)"] + contents).joined(separator: " + ")
        let place = (0..<table.keyLength).map { "$\($0 + 2)" }.joined(separator: ", ")
        return """
            SELECT \(columns) FROM (
                SELECT *, sum(keyway_size) OVER (
                    ORDER BY \(key) ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS keyway_before
                FROM (
                    SELECT \(columns), (\(size))::int8 AS keyway_size FROM \(table.name)
                    \(isFirst ? "" : "WHERE (\(key)) > (\(place))") ORDER BY \(key) LIMIT \(rowsOfPart)
                ) AS part
            ) AS sized
            WHERE coalesce(keyway_before, 0) < $1 ORDER BY \(key)
            """
    }
}

extension SQLValue {
    init(_ value: StoredValue) {
        switch value {
        case .null: self = .optionalInteger(nil)
        case .integer(let integer): self = .integer(integer)
        case .text(let text): self = .utf8(text)
        case .bytes(let bytes): self = .bytes(bytes)
        }
    }
}

extension SQLResult {
    /// The rows of a table, of which all columns were selected.
    func rows(of table: StoredTable) throws(StoreError) -> [StoredRow] {
        do throws(PostgresError) {
            return try map { row in
                zip(Int32(0)..., table.columns).map { index, column in
                    if row.isNull(index) { return .null }
                    return switch column.kind {
                    case .integer: .integer(row.integer(index))
                    case .text: .text(row.bytes(index))
                    case .bytes: .bytes(row.bytes(index))
                    }
                }
            }
        } catch {
            throw error.storeError()
        }
    }
}
