package import Documents
package import Secrets

/// Reads JSON (RFC 8259), strictly: UTF-8 without a byte order mark, no two members of one name, no NUL, nothing after
/// the value, no number that an `Int64` or a `Double` cannot hold.
///
/// All strings of a document, names included, lie in one ``SecretBuffer``, and what the parser held is zeroed before
/// it is freed.
package enum JSONReader {
    /// How many arrays and objects may lie within each other.
    package static let maximumDepth = 64

    /// Reads a text that is one JSON value, of whatever kind.
    ///
    /// - Throws: ``JSONSyntaxError`` for anything else.
    package static func read(_ bytes: UnsafeRawBufferPointer) throws(JSONSyntaxError) -> JSONValue {
        guard bytes.contains(where: { !isSpace($0) }) else {
            throw JSONSyntaxError(.empty, offset: bytes.count, in: bytes)
        }
        let outline = try JSONOutline(of: bytes)
        let tree = try ParsedTree(parsing: bytes)
        return tree.value(stringBytes: outline.stringBytes)
    }

    /// Reads the text that a buffer holds.
    package static func read(_ buffer: SecretBuffer) throws(JSONSyntaxError) -> JSONValue {
        try withExtendedLifetime(buffer) { () throws(JSONSyntaxError) in try read(buffer.bytes) }
    }

    /// Reads a text that holds no secret.
    package static func read(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONSyntaxError) in try read(bytes) }
        }
        return try result.get()
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\t")
    }
}
