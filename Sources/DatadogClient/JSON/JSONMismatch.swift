/// Why a JSON text or value is not what was expected of it.
///
/// It never quotes the value, which may be a secret.
public struct JSONMismatch: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where the value stands, in the notation of RFC 6901: `/data/attributes/name`.
    public private(set) var pointer = ""
    /// The kind that was expected.
    public let expected: String
    /// The kind that was found.
    public let found: String

    init(expected: String, found: String) {
        self.expected = expected
        self.found = found
    }

    init(expected: String, found value: JSONValue?) {
        self.init(expected: expected, found: value?.kind ?? "nothing")
    }

    /// The same, seen from the object or array around it.
    func inside(_ name: String) -> JSONMismatch {
        var outer = self
        outer.pointer = "/\(name)\(pointer)"
        return outer
    }

    /// A sentence for people.
    public var description: String {
        "expected \(expected)\(pointer.isEmpty ? "" : " at \(pointer)"), found \(found)"
    }
}
