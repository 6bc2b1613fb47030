/// The update of a member that may be absent: it sets or removes it. An update without one leaves it as it is.
public enum Removable<Value: Sendable & Hashable>: Sendable, Hashable {
    /// Sets the member.
    case set(Value)
    /// Removes the member: `null` is sent.
    case remove
}

extension Removable: ExpressibleByUnicodeScalarLiteral, ExpressibleByExtendedGraphemeClusterLiteral,
    ExpressibleByStringLiteral
where Value == String {
    /// Sets the member to a text.
    public init(stringLiteral value: String) { self = .set(value) }
}

extension JSONValue {
    /// A member that sets a text, or removes it by `null`.
    func removableText(_ name: String) throws(JSONMismatch) -> Removable<String>? {
        guard case .object(let object) = self else { throw JSONMismatch(expected: "an object", found: self) }
        if object[name] == .null { return .remove }
        return try optionalText(name).map { .set($0) }
    }
}
