/// One value of a row, as every store keeps it.
package enum StoredValue: Sendable, Hashable {
    case null
    case integer(Int64)
    /// UTF-8.
    case text([UInt8])
    case bytes([UInt8])
}

/// A row of a table: its values, in the order of the table's columns.
package typealias StoredRow = [StoredValue]

extension StoredValue {
    package var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    /// The bytes of a text or of bytes.
    package var content: [UInt8]? {
        switch self {
        case .text(let content), .bytes(let content): content
        case .null, .integer: nil
        }
    }

    /// A text; `nil` of anything else.
    package var text: String? {
        if case .text(let text) = self { String(decoding: text, as: UTF8.self) } else { nil }
    }

    /// About how much memory it takes, in bytes.
    package var size: Int { 16 + (content?.count ?? 0) }
}

extension StoredValue: Comparable {
    /// The order of keys: integers by their value, texts and bytes by their bytes.
    package static func < (left: StoredValue, right: StoredValue) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.text(let left), .text(let right)), (.bytes(let left), .bytes(let right)):
            left.lexicographicallyPrecedes(right)
        default: left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .null: 0
        case .integer: 1
        case .text: 2
        case .bytes: 3
        }
    }
}

// A row may hold digests of keys, and sealed secrets: none of it is printed.
extension StoredValue: CustomStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .null: "nothing"
        case .integer: "an integer"
        case .text(let text): "a text of \(text.count) bytes"
        case .bytes(let bytes): "\(bytes.count) bytes"
        }
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
