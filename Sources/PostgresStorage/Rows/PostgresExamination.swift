package import Storage

/// The store in a database as it is at one moment. Nothing is locked or written; nodes go on meanwhile.
package final class PostgresExamination: ExaminableStore {
    private let store: PostgresRows
    package var place: String { store.place }

    /// - Throws: ``StoreError``, with a text that says what to do: ``StoreError/corrupt(_:)`` if the database holds no store.
    package init(_ configuration: PostgresConfiguration, at place: String) throws(StoreError) {
        let connection = try PostgresRows.connect(configuration)
        let rows = PostgresRows(connection, at: place)
        store = rows
        do throws(PostgresError) {
            _ = try connection.run(
                PostgresRows.beginning("ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                within: configuration.patience
            )
        } catch {
            throw PostgresRows.translated(error)
        }
        let found = try rows.run(SQLQuery("SELECT (to_regclass('keyway_schema') IS NOT NULL)::int4"))
        guard found.first?.flag(0) == true else { throw PostgresMigration.missing }
    }

    package func rows(
        of table: StoredTable,
        after key: StoredRow?,
        bytes: Int
    ) throws(StoreError) -> [StoredRow] {
        try store.rows(of: table, after: key, bytes: bytes)
    }

    // MARK: The schema

    package func schema() throws(StoreError) -> StoreSchema {
        let version = try store.run(SQLQuery("SELECT version FROM keyway_schema")).first?.integer(0) ?? 0
        let newest = PostgresMigration.all.last?.version ?? 0
        guard version >= 0 else { throw PostgresMigration.beingFilled }
        guard version <= newest else { throw PostgresMigration.newer(version, newest) }
        let faults = try version == newest ? tableFaults() + indexFaults() : []
        return StoreSchema(version: version, newestVersion: newest, faults: faults)
    }

    private func tableFaults() throws(StoreError) -> [String] {
        let columns = try store.run(
            SQLQuery(
                """
                SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::int4::text,
                    coalesce(l.collname::text, '')
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_collation l ON l.oid = a.attcollation
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0
                    AND NOT a.attisdropped
                """
            )
        )
        var found: [String: Set<String>] = [:]
        for row in try texts(of: columns, 5) { found[row[0], default: []].insert(row[1...].joined(separator: " ")) }
        return StoredTable.all.compactMap { table in
            guard let there = found[table.name] else { return "the table \(table.name) is missing" }
            return there == Set(table.columns.map(Self.form))
                ? nil : "the table \(table.name) is not as this version has it"
        }
    }

    /// A column as the catalogue of PostgreSQL tells it.
    private static func form(of column: StoredTable.Column) -> String {
        let isRequired = column.isOptional ? "0" : "1"
        return switch column.kind {
        case .integer: "\(column.name) bigint \(isRequired) "
        case .text: "\(column.name) text \(isRequired) C"
        case .bytes: "\(column.name) bytea \(isRequired) "
        }
    }

    private func indexFaults() throws(StoreError) -> [String] {
        let found = Set(try indexes().map(\.name))
        return PostgresMigration.indexes.filter { !found.contains($0) }.map { "the index \($0) is missing" }
    }

    private func indexes() throws(StoreError) -> [(name: String, isValid: Bool)] {
        let indexes = try store.run(
            SQLQuery(
                """
                SELECT i.relname::text, (x.indisvalid AND x.indisready)::int4::text
                FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                WHERE i.relnamespace = current_schema()::regnamespace ORDER BY 1
                """
            )
        )
        return try texts(of: indexes, 2).map { ($0[0], $0[1] == "1") }
    }

    /// Rows of texts.
    private func texts(of result: SQLResult, _ width: Int32) throws(StoreError) -> [[String]] {
        do throws(PostgresError) {
            return try result.map { row in (0..<width).map { row.text($0) } }
        } catch {
            throw error.storeError()
        }
    }

    // MARK: The engine's own checks

    package func engineCheck() throws(StoreError) -> (faults: [String], notes: [String]) {
        var faults = try indexes().filter { !$0.isValid }.map {
            "the index \($0.name) is not valid: REINDEX INDEX \($0.name)"
        }
        let failures = try store.run(
            SQLQuery(
                """
                SELECT coalesce(max(checksum_failures), 0)::int8 FROM pg_stat_database
                WHERE datname = current_database()
                """
            )
        )
        if let count = failures.first?.integer(0), count > 0 {
            faults.append("\(count) pages of the database did not have their checksums, as pg_stat_database says")
        }
        guard let schema = try amcheckSchema() else {
            return (
                faults,
                [
                    "Whether indexes agree with their tables was not looked at: that takes the extension amcheck, and the right "
                        + "to run its functions, or PostgreSQL's pg_amcheck --heapallindexed."
                ]
            )
        }
        for (name, isValid) in try indexes() where isValid {
            if let state = try refusal(of: "SELECT \(schema).bt_index_check('\(name)'::regclass, true)") {
                faults.append(
                    "the index \(name) does not agree with its table (SQLSTATE \(state)): REINDEX INDEX \(name)"
                )
            }
        }
        return (faults, [])
    }

    /// The schema of amcheck's functions; `nil` if it is not there, or may not be used.
    private func amcheckSchema() throws(StoreError) -> String? {
        let found = try store.run(
            SQLQuery(
                """
                SELECT quote_ident(n.nspname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE p.proname = 'bt_index_check' AND p.pronargs = 2 AND has_function_privilege(p.oid, 'EXECUTE')
                """
            )
        )
        return found.first?.text(0)
    }

    /// The error of a statement that is tried; `nil` if it succeeds. The moment that is read stays.
    private func refusal(of sql: String) throws(StoreError) -> String? {
        do throws(PostgresError) {
            _ = try store.connection.run(
                [SQLQuery("SAVEPOINT attempt"), SQLQuery(sql), SQLQuery("RELEASE attempt")],
                within: PostgresRows.patience
            )
            return nil
        } catch {
            guard case .refused(let state) = error, store.connection.isUsable else { throw error.storeError() }
            _ = try store.run(SQLQuery("ROLLBACK TO attempt"))
            return state
        }
    }

    // MARK: References

    package func orphans(
        by reference: StoredTable.Reference,
        of table: StoredTable,
        atMost count: Int
    ) throws(StoreError) -> (count: Int64, rows: [StoredRow]) {
        let orphans = table.orphans(by: reference)
        let number = try store.run(SQLQuery("SELECT count(*) \(orphans)")).first?.integer(0) ?? 0
        guard number > 0 else { return (0, []) }
        let key = table.keyColumns.listed(in: "child")
        let columns = table.columns.listed(in: "child")
        let rows = try store.run(
            SQLQuery("SELECT \(columns) \(orphans) ORDER BY \(key) LIMIT $1", .integer(Int64(count)))
        )
        return (number, try rows.rows(of: table))
    }
}

extension PostgresMigration {
    /// The names of all indexes, those of keys and of unique columns as PostgreSQL gives them.
    fileprivate static var indexes: [String] {
        all.flatMap(\.statements).flatMap { statement -> [String] in
            let words = statement.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let place = words.firstIndex(of: "INDEX").map({ $0 + 1 }), words[0] == "CREATE" else {
                guard words.starts(with: ["CREATE", "TABLE"]) else { return [] }
                let lines = statement.split(separator: "\n")
                let unique = lines.filter { $0.contains(" UNIQUE") }.compactMap { $0.split(separator: " ").first }
                let hasKey = statement.contains("PRIMARY KEY")
                return (hasKey ? ["\(words[2])_pkey"] : []) + unique.map { "\(words[2])_\($0)_key" }
            }
            return [words[place]]
        }
    }
}
