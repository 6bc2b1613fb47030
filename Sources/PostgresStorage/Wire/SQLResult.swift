import Access
import CPostgres
import Documents
import Secrets
import Storage

/// The result of a statement, in binary form.
final class SQLResult {
    fileprivate let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit { PQclear(handle) }

    var count: Int { Int(PQntuples(handle)) }

    /// The rows that a statement inserted, changed, deleted or selected.
    var affected: Int { PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// The tag of the command, such as `COMMIT`.
    var tag: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }

    var first: SQLRow? { count > 0 ? SQLRow(result: self, index: 0) : nil }

    func map<Element>(
        _ transform: (SQLRow) throws(PostgresError) -> Element
    ) throws(PostgresError) -> [Element] {
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for index in 0..<Int32(count) { elements.append(try transform(SQLRow(result: self, index: index))) }
        return elements
    }
}

/// A row of a result.
struct SQLRow {
    fileprivate let result: SQLResult
    fileprivate let index: Int32

    func isNull(_ column: Int32) -> Bool { PQgetisnull(result.handle, index, column) == 1 }

    /// An integer of 4 or 8 bytes.
    func integer(_ column: Int32) -> Int64 {
        withBytes(column) { bytes in
            switch bytes.count {
            case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            default: 0
            }
        }
    }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func flag(_ column: Int32) -> Bool { integer(column) != 0 }

    func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { [UInt8]($0) } }

    func text(_ column: Int32) -> String { withBytes(column) { String(decoding: $0, as: UTF8.self) } }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// The elements of an array of texts, none of which is null.
    func texts(_ column: Int32) -> [String] {
        withBytes(column) { bytes in
            func integer(_ offset: Int) -> Int {
                Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
            }
            guard bytes.count >= 20, integer(0) == 1 else { return [] }
            var texts: [String] = []
            var offset = 20
            for _ in 0..<integer(12) {
                let length = max(integer(offset), 0)
                offset += 4
                texts.append(String(decoding: bytes[offset..<offset + length], as: UTF8.self))
                offset += length
            }
            return texts
        }
    }

    /// Lends a value, for as long as the result lives.
    func withBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let count = Int(PQgetlength(result.handle, index, column))
        return body(UnsafeRawBufferPointer(start: PQgetvalue(result.handle, index, column), count: count))
    }
}

extension SQLRow {
    /// An id whose halves stand in two columns, of which this is the first.
    func splitIdentifier(_ column: Int32) -> Identifier {
        Identifier(key: integer(column), lowBits: integer(column + 1))
    }

    /// An id that is stored as text.
    func identifier(_ column: Int32) throws(PostgresError) -> Identifier {
        guard let id = Identifier(text(column)) else { throw .damaged }
        return id
    }

    func digest(_ column: Int32) throws(PostgresError) -> KeyDigest {
        guard let digest = withBytes(column, { KeyDigest(bytes: $0) }) else { throw .damaged }
        return digest
    }

    func timestamp(_ column: Int32) -> Timestamp { Timestamp(microseconds: integer(column)) }

    func optionalTimestamp(_ column: Int32) -> Timestamp? { isNull(column) ? nil : timestamp(column) }

    /// A list of texts with line feeds between; `nil` where there is none.
    func lines(_ column: Int32) -> [String]? { isNull(column) ? nil : [String](lines: text(column)) }

    /// Sealed secrets: the id of their master key, and then their bytes; `nil` where there are none.
    func sealed(_ column: Int32) -> SealedSecrets? {
        isNull(column + 1) ? nil : SealedSecrets(masterKeyID: text(column), bytes: bytes(column + 1))
    }
}
