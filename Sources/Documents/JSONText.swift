import Platform
package import Secrets

/// A JSON string's characters, as UTF-8.
///
/// Text read from a request stays in that request's zeroed buffer: only what is asked for as a `String` is copied out
/// of it. So a secret passes from the body to the vault without ever becoming a `String`.
package struct JSONText: Sendable {
    private enum Storage {
        case slice(SecretBuffer, offset: Int, count: Int)
        case string(String)
    }

    private let storage: Storage

    package init(_ string: String) {
        storage = .string(string)
    }

    /// A text within a buffer of UTF-8, which it keeps alive.
    package init(_ buffer: SecretBuffer, offset: Int, count: Int) {
        precondition(offset >= 0 && count >= 0 && offset + count <= buffer.count, "a text lies within its buffer")
        storage = .slice(buffer, offset: offset, count: count)
    }

    /// A copy as a string. Not for secrets.
    package var string: String {
        switch storage {
        case .slice: withUTF8 { String(decoding: $0, as: UTF8.self) }
        case .string(let string): string
        }
    }

    /// The characters as a secret, which keeps the request's buffer alive.
    package var secret: Secret {
        switch storage {
        case .slice(let buffer, let offset, let count): Secret(buffer, range: offset..<offset + count)
        case .string(let string): Secret(copying: string.utf8)
        }
    }

    package var isEmpty: Bool {
        switch storage {
        case .slice(_, _, let count): count == 0
        case .string(let string): string.isEmpty
        }
    }

    /// Lends the UTF-8 bytes.
    package func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        switch storage {
        case .slice(let buffer, let offset, let count):
            let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[offset..<offset + count])
            return try body(bytes.assumingMemoryBound(to: UInt8.self))
        case .string(var string):
            return try string.withUTF8(body)
        }
    }
}

extension JSONText: Equatable {
    /// Compares bytes: texts that differ only in Unicode normalization differ.
    package static func == (left: JSONText, right: JSONText) -> Bool {
        left.withUTF8 { left in right.withUTF8 { right in areEqual(left, right) } }
    }

    package static func == (left: JSONText, right: String) -> Bool {
        left.withUTF8 { left in
            guard left.count == right.utf8.count else { return false }
            return right.utf8.withContiguousStorageIfAvailable { areEqual(left, $0) } ?? left.elementsEqual(right.utf8)
        }
    }

    private static func areEqual(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }
        return memcmp(first, second, left.count) == 0
    }

    package func equalsIgnoringASCIICase(_ other: JSONText) -> Bool {
        withUTF8 { left in
            other.withUTF8 { right in
                left.elementsEqual(right) { $0.lowercasedASCII == $1.lowercasedASCII }
            }
        }
    }
}

extension JSONText: ExpressibleByStringLiteral, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package init(stringLiteral value: String) {
        self.init(value)
    }

    /// Shows nothing: a text of a request may be a secret.
    package var description: String { "<text>" }
    package var debugDescription: String { "<text>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
