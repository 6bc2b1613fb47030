/// A table that every store keeps, whatever its engine: so one store's rows are another's.
package struct StoredTable: Sendable {
    package struct Column: Sendable {
        package enum Kind: Sendable {
            case integer, text, bytes
        }

        package let name: String
        package let kind: Kind
        package let isOptional: Bool
    }

    /// A column with keys of another table, whose rows must be there.
    package struct Reference: Sendable {
        package let column: String
        package let table: String
        /// Only rows that have this number in that column refer to that table.
        package let condition: (column: String, value: Int64)?
    }

    package let name: String
    package let columns: [Column]
    /// How many of the first columns are the key, by which rows are told apart and ordered.
    package let keyLength: Int
    package let references: [Reference]

    package var keyColumns: ArraySlice<Column> { columns.prefix(keyLength) }

    /// The values of a row's key.
    package func key(of row: StoredRow) -> StoredRow { Array(row.prefix(keyLength)) }

    /// The place of a column in the table's rows; one that the table does not have is an error in Keyway.
    package func place(of column: String) -> Int {
        guard let place = columns.firstIndex(where: { $0.name == column }) else {
            preconditionFailure("\(name) has no column \(column)")
        }
        return place
    }
}

extension StoredTable {
    /// A column as it is declared, with the table that it refers to.
    struct Declaration {
        let column: Column
        let table: String?

        static func integer(_ name: String, to table: String? = nil) -> Declaration {
            Declaration(column: Column(name: name, kind: .integer, isOptional: false), table: table)
        }

        static func optionalInteger(_ name: String, to table: String? = nil) -> Declaration {
            Declaration(column: Column(name: name, kind: .integer, isOptional: true), table: table)
        }

        static func text(_ name: String) -> Declaration {
            Declaration(column: Column(name: name, kind: .text, isOptional: false), table: nil)
        }

        static func optionalText(_ name: String) -> Declaration {
            Declaration(column: Column(name: name, kind: .text, isOptional: true), table: nil)
        }

        static func bytes(_ name: String) -> Declaration {
            Declaration(column: Column(name: name, kind: .bytes, isOptional: false), table: nil)
        }
    }

    init(
        _ name: String,
        keyLength: Int = 1,
        _ declarations: [Declaration],
        conditionalReferences: [Reference] = []
    ) {
        self.name = name
        self.keyLength = keyLength
        columns = declarations.map(\.column)
        references =
            declarations.compactMap { declaration in
                declaration.table.map { Reference(column: declaration.column.name, table: $0, condition: nil) }
            } + conditionalReferences
    }
}
