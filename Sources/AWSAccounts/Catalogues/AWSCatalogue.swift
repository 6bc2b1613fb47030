package import Documents

/// A list that the AWS Integration API returns as it is, for forms and policies to choose from.
///
/// Nothing is checked against these lists: they age, and a newer client must not break.
package struct AWSCatalogue: Sendable {
    /// The value of both `id` and `type`, and, except in the permissions' own lists, the name of the attribute.
    package let type: String
    /// In the reference's order.
    package let entries: [String]

    /// Takes the entries from lines, one each.
    init(type: String, lines: StaticString) {
        self.init(type: type, entries: "\(lines)".split(separator: "\n").map(String.init))
    }

    init(type: String, entries: [String]) {
        self.type = type
        self.entries = entries
    }

    /// The inner `data` object.
    package var document: JSONValue {
        [
            "id": .string(type),
            "type": .string(type),
            "attributes": .object([.init(JSONText(type), .array(entries.map { .string($0) }))]),
        ]
    }
}
