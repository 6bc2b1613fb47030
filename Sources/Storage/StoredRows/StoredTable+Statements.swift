// The parts of statements that every engine reads alike.
extension StoredTable {
    /// The rows whose reference leads to nothing, as `child`: what follows the columns of a `SELECT`.
    package func orphans(by reference: Reference) -> String {
        let parent = Self.all.first { $0.name == reference.table }
        let key = parent?.columns.first?.name ?? ""
        let condition = reference.condition.map { "child.\"\($0.column)\" = \($0.value) AND " } ?? ""
        return """
            FROM \(name) AS child
            WHERE \(condition)child."\(reference.column)" IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM \(reference.table) AS parent WHERE parent."\(key)" = child."\(reference.column)")
            """
    }
}

extension Sequence<StoredTable.Column> {
    /// Names of columns for a statement, of a table of that name if there is more than one; some of them are words of SQL.
    package func listed(in table: String? = nil) -> String {
        map { column in table.map { "\($0).\"\(column.name)\"" } ?? "\"\(column.name)\"" }.joined(separator: ", ")
    }

    /// The same for an order from the last to the first.
    package var descending: String { map { "\"\($0.name)\" DESC" }.joined(separator: ", ") }
}
