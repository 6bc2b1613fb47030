/// A value of a kind that this version of the library does not know, as it was received.
///
/// It encodes back unchanged. Printing it shows its type and nothing else, since the library can't tell which of its
/// members are secret; for the same reason encoding it shows them all.
public struct UnknownValue: APIValue, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The value.
    public let raw: JSONValue

    /// Keeps a value, whatever it is.
    ///
    /// - Parameter json: The value.
    public init(json: JSONValue) {
        raw = json
    }

    /// The value's own name for what it is, its member `type`, if it has one.
    public var type: String? { raw["type"]?.text }

    /// The value, unchanged.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue { raw }

    /// The type, and nothing of the value.
    public var description: String { "unknown(\(type ?? raw.kind))" }

    /// The type, and nothing of the value.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
