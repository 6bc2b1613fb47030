/// A parameter of a statement, in PostgreSQL's binary form.
///
/// A text with NUL is sent as null. PostgreSQL refuses such texts, so that nothing stored is one: compared with null, all
/// that is stored differs from it.
enum SQLValue {
    case integer(Int64)
    case optionalInteger(Int64?)
    case text(String)
    case optionalText(String?)
    /// UTF-8 bytes as text.
    case utf8([UInt8])
    case bytes([UInt8])
    case integers([Int64])
    case optionalIntegers([Int64?])
    case texts([String])
    case optionalTexts([String?])
    case utf8s([[UInt8]])
    case blobs([[UInt8]])

    static func flag(_ flag: Bool) -> SQLValue { .integer(flag ? 1 : 0) }

    /// The type's object id, which is the same in every PostgreSQL.
    var type: UInt32 {
        switch self {
        case .integer, .optionalInteger: Self.int8
        case .text, .optionalText, .utf8: Self.text
        case .bytes: Self.bytea
        case .integers, .optionalIntegers: 1016
        case .texts, .optionalTexts, .utf8s: 1009
        case .blobs: 1001
        }
    }

    private static let bytea: UInt32 = 17
    private static let int8: UInt32 = 20
    private static let text: UInt32 = 25

    /// Appends the value.
    ///
    /// - Returns: `false` if it is null.
    func write(to buffer: inout [UInt8]) -> Bool {
        switch self {
        case .integer(let integer): buffer.append(bigEndian: integer)
        case .optionalInteger(let integer):
            guard let integer else { return false }
            buffer.append(bigEndian: integer)
        case .text(let text):
            guard !text.utf8.contains(0) else { return false }
            buffer.append(contentsOf: text.utf8)
        case .optionalText(let text):
            guard let text, !text.utf8.contains(0) else { return false }
            buffer.append(contentsOf: text.utf8)
        case .utf8(let bytes), .bytes(let bytes): buffer.append(contentsOf: bytes)
        case .integers(let integers):
            buffer.append(arrayOf: integers.count, Self.int8) { buffer, index in
                buffer.append(bigEndian: integers[index])
            }
        case .optionalIntegers(let integers):
            buffer.append(arrayOf: integers.count, Self.int8, isNull: { integers[$0] == nil }) { buffer, index in
                buffer.append(bigEndian: integers[index] ?? 0)
            }
        case .texts(let texts):
            buffer.append(arrayOf: texts.count, Self.text, isNull: { texts[$0].utf8.contains(0) }) { buffer, index in
                buffer.append(contentsOf: texts[index].utf8)
            }
        case .optionalTexts(let texts):
            buffer.append(arrayOf: texts.count, Self.text, isNull: { texts[$0] == nil }) { buffer, index in
                buffer.append(contentsOf: (texts[index] ?? "").utf8)
            }
        case .utf8s(let texts):
            buffer.append(arrayOf: texts.count, Self.text) { buffer, index in
                buffer.append(contentsOf: texts[index])
            }
        case .blobs(let blobs):
            buffer.append(arrayOf: blobs.count, Self.bytea) { buffer, index in
                buffer.append(contentsOf: blobs[index])
            }
        }
        return true
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian integer: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: integer.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends an array of one dimension: its header, then each element's length (-1 for null) and bytes.
    fileprivate mutating func append(
        arrayOf count: Int,
        _ type: UInt32,
        isNull: (Int) -> Bool = { _ in false },
        element: (inout [UInt8], Int) -> Void
    ) {
        append(bigEndian: Int32(count == 0 ? 0 : 1))
        append(bigEndian: Int32(1))
        append(bigEndian: type)
        guard count > 0 else { return }
        append(bigEndian: Int32(count))
        append(bigEndian: Int32(1))
        for index in 0..<count {
            guard !isNull(index) else {
                append(bigEndian: Int32(-1))
                continue
            }
            let start = self.count
            append(bigEndian: Int32(0))
            element(&self, index)
            let length = Int32(self.count - start - 4).bigEndian
            withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: start, as: Int32.self) }
        }
    }
}

/// A statement with its parameters, which are `$1`, `$2` …
struct SQLQuery {
    let sql: String
    let parameters: [SQLValue]
    /// Whether a connection may keep the statement prepared; one whose text depends on what is asked for is planned for
    /// its parameters each time.
    let isKept: Bool

    init(_ sql: String, _ parameters: SQLValue...) {
        self.init(sql, parameters: parameters)
    }

    init(_ sql: String, parameters: [SQLValue], isKept: Bool = true) {
        self.sql = sql
        self.parameters = parameters
        self.isKept = isKept
    }
}
