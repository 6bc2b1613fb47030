import Access
import CSQLite
import Documents
import Storage

extension Statement {
    /// An id whose halves stand in two columns, of which this is the first.
    func splitIdentifier(_ column: Int32) -> Identifier {
        Identifier(key: integer(column), lowBits: integer(column + 1))
    }

    /// An id that is stored as text.
    func identifier(_ column: Int32) throws(SQLiteError) -> Identifier {
        guard let id = Identifier(text(column)) else { throw .damaged }
        return id
    }

    func digest(_ column: Int32) throws(SQLiteError) -> KeyDigest {
        guard let digest = withBytes(column, { KeyDigest(bytes: $0) }) else { throw .damaged }
        return digest
    }

    func timestamp(_ column: Int32) -> Timestamp {
        Timestamp(microseconds: integer(column))
    }

    func optionalTimestamp(_ column: Int32) -> Timestamp? {
        isNull(column) ? nil : timestamp(column)
    }
}

extension SQLiteError {
    /// A stored value is not what was written.
    static var damaged: SQLiteError { SQLiteError(code: SQLITE_CORRUPT, operation: .read) }
}
