/// A value of the API's documents, in requests and responses.
///
/// Each is `Codable` too, in the API's own shape, for documents of your own. Encoded that way, or by
/// ``json(secrets:)`` without saying otherwise, it shows no secret: one stands there as `""`, which an update takes for
/// "unchanged".
public protocol APIValue: Sendable, Hashable, Codable {
    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    init(json: JSONValue) throws(JSONMismatch)

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    func json(secrets: SecretVisibility) -> JSONValue
}

/// Whether secrets are written out.
public enum SecretVisibility: Sendable, Hashable {
    /// They stand as `""`.
    case hidden
    /// They are written out: for the server, and nobody else.
    case revealed
}

extension APIValue {
    /// The value as the API has it, without its secrets.
    public var json: JSONValue { json(secrets: .hidden) }

    /// Reads the value from any decoder.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: `DecodingError` if a required member is missing, or a member is not what it should be.
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        do {
            try self.init(json: value)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: error.description)
            )
        }
    }

    /// Writes the value to any encoder, without its secrets.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        try json(secrets: .hidden).encode(to: encoder)
    }
}
