import CSQLite
import Storage

extension Statement {
    func bind(_ index: Int32, _ value: StoredValue) throws(SQLiteError) {
        switch value {
        case .null: try bindNull(index)
        case .integer(let integer): try bind(index, integer)
        case .text(let text): try bind(index, text: text)
        case .bytes(let bytes): try bind(index, blob: bytes)
        }
    }

    /// A value as it is stored. A number that is no integer, which no table of ours holds, is nothing.
    func value(_ column: Int32) -> StoredValue {
        switch type(of: column) {
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_TEXT: .text(bytes(column))
        case SQLITE_BLOB: .bytes(bytes(column))
        default: .null
        }
    }
}
