/// A credential: it can be kept and sent, but does not show.
///
/// Printing, interpolating, mirroring, dumping or encoding it gives no hint of its value, its length included. Only
/// the requests of ``Client`` carry it, and only ``revealed`` shows it.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The value itself: for code that needs it, and never for a log.
    public let revealed: String

    /// Wraps a value.
    ///
    /// - Parameter value: The credential.
    public init(_ value: String) {
        revealed = value
    }

    /// Whether there is no value, as in all responses of the API but those that issue a key.
    public var isEmpty: Bool { revealed.isEmpty }

    /// `<redacted>`, always.
    public var description: String { "<redacted>" }

    /// `<redacted>`, always.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Codable {
    /// Reads a secret from a document of yours.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: `DecodingError` if it holds no string.
    public init(from decoder: any Decoder) throws {
        self.init(try String(from: decoder))
    }

    /// Writes `""`, never the value.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        try "".encode(to: encoder)
    }
}
