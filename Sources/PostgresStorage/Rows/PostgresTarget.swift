package import Storage

/// A store that is being filled in PostgreSQL, whose schema says so until the end: no node serves it before.
///
/// The rows so far stay when the process ends, and the next one goes on with them.
package final class PostgresTarget: FillableStore {
    private let store: PostgresRows
    package var place: String { store.place }

    /// Marks the database as one that is being filled. It must hold nothing else, but what an earlier process filled in.
    ///
    /// - Parameters:
    ///   - configuration: The way to it.
    ///   - place: Where it is, for people.
    ///   - restarting: Whether to begin again, without what an earlier process filled in.
    /// - Throws: ``StoreError``, with a text that says what to do; what is there stays as it is.
    package init(
        _ configuration: PostgresConfiguration,
        at place: String,
        restarting: Bool
    ) throws(StoreError) {
        let connection = try PostgresRows.connect(configuration)
        try PostgresMigration.beginFilling(
            on: connection,
            at: place,
            restarting: restarting,
            within: PostgresRows.patience
        )
        store = PostgresRows(connection, at: place)
    }

    package func rows(
        of table: StoredTable,
        after key: StoredRow?,
        bytes: Int
    ) throws(StoreError) -> [StoredRow] {
        try store.rows(of: table, after: key, bytes: bytes)
    }

    package func lastKey(of table: StoredTable) throws(StoreError) -> StoredRow? {
        let key = table.keyColumns.descending
        let columns = table.columns.listed()
        let last = try store.run(SQLQuery("SELECT \(columns) FROM \(table.name) ORDER BY \(key) LIMIT 1"))
        return try last.rows(of: table).first.map(table.key)
    }

    package func append(_ rows: [StoredRow], to table: StoredTable) throws(StoreError) {
        let names = (1...table.columns.count).map { "$\($0)" }
        let insertion = SQLQuery(
            """
            INSERT INTO \(table.name) (\(table.columns.listed()))
            SELECT * FROM unnest(\(names.joined(separator: ", ")))
            WHERE EXISTS (SELECT 1 FROM keyway_schema WHERE version < 0)
            """,
            parameters: table.columns.indices.map { SQLValue(column: $0, of: table, in: rows) }
        )
        // The commit of the end waits for the disk, and for all commits before it.
        let results = try PostgresMigration.transact(
            [SQLQuery("SET LOCAL synchronous_commit = off"), insertion],
            on: store.connection,
            PostgresRows.patience
        )
        guard results.last?.affected == rows.count else { throw Self.notFilled(place) }
    }

    package func finish() throws(StoreError) {
        // Without it the first statements would be planned for empty tables.
        for table in StoredTable.all { _ = try store.run(SQLQuery("ANALYZE \(table.name)")) }
        let results = try PostgresMigration.transact(
            [
                AccessState.raising(.random(in: .min ... .max)),
                SQLQuery("UPDATE keyway_schema SET version = -version WHERE version < 0"),
            ],
            on: store.connection,
            PostgresRows.patience
        )
        guard results.last?.affected == 1 else { throw Self.notFilled(place) }
    }

    private static func notFilled(_ place: String) -> StoreError {
        .unavailable("\(place) is not being filled any more: another process has finished it")
    }
}

extension SQLValue {
    /// The values of one column of rows, as an array.
    fileprivate init(column: Int, of table: StoredTable, in rows: [StoredRow]) {
        switch table.columns[column].kind {
        case .integer: self = .optionalIntegers(rows.map { $0[column].integer })
        case .text where table.columns[column].isOptional: self = .optionalTexts(rows.map { $0[column].text })
        case .text: self = .utf8s(rows.map { $0[column].content ?? [] })
        case .bytes: self = .blobs(rows.map { $0[column].content ?? [] })
        }
    }
}
