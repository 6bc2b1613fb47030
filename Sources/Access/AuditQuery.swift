package import Documents

/// A search for audit events, in the part of Datadog's search syntax that is supported here.
package indirect enum AuditQuery: Sendable, Equatable {
    /// Everything.
    case all
    /// A text anywhere in the event, whatever the case of its ASCII letters.
    case text(TextPattern)
    /// An attribute, by the names on the way to it, or an element of it if it is a list.
    case attribute([String], Condition)
    case not(AuditQuery)
    case and([AuditQuery])
    case or([AuditQuery])

    package enum Condition: Sendable, Equatable {
        /// The value, written as text, is that text.
        case equals(TextPattern)
        /// The value is a number of which this is true.
        case compares(Comparison, Double)
    }

    package enum Comparison: String, Sendable, CaseIterable {
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"
    }

    /// Whether an event is meant.
    ///
    /// - Parameters:
    ///   - attributes: What `@` names lead into.
    ///   - others: Further texts that are searched, such as the message.
    /// - Returns: Whether it is.
    package func matches(_ attributes: JSONValue, others: [String] = []) -> Bool {
        switch self {
        case .all: true
        case .text(let pattern): others.contains(where: pattern.occurs) || attributes.contains(pattern)
        case .attribute(let path, let condition): attributes.holds(condition, at: path[...])
        case .not(let query): !query.matches(attributes, others: others)
        case .and(let queries): queries.allSatisfy { $0.matches(attributes, others: others) }
        case .or(let queries): queries.contains { $0.matches(attributes, others: others) }
        }
    }

    /// Texts that stand in every event that is meant, if the attributes of those names are told as they are stored.
    ///
    /// - Parameter isVerbatim: Whether that is so of an attribute, by the names on the way to it.
    /// - Returns: The texts, in UTF-8; none if nothing is known.
    package func requiredTexts(where isVerbatim: ([String]) -> Bool) -> [[UInt8]] {
        switch self {
        case .attribute(let path, .equals(let pattern)) where isVerbatim(path):
            pattern.longestLiteral.map { [$0] } ?? []
        case .and(let queries): queries.flatMap { $0.requiredTexts(where: isVerbatim) }
        default: []
        }
    }
}

extension JSONValue {
    /// Whether a text occurs in any value.
    fileprivate func contains(_ pattern: TextPattern) -> Bool {
        switch self {
        case .array(let elements): elements.contains { $0.contains(pattern) }
        case .object(let members): members.contains { $0.value.contains(pattern) }
        default: scalarText.map(pattern.occurs) ?? false
        }
    }

    fileprivate func holds(_ condition: AuditQuery.Condition, at path: ArraySlice<String>) -> Bool {
        if case .array(let elements) = self { return elements.contains { $0.holds(condition, at: path) } }
        guard let name = path.first else { return satisfies(condition) }
        return self[name]?.holds(condition, at: path.dropFirst()) ?? false
    }

    private func satisfies(_ condition: AuditQuery.Condition) -> Bool {
        switch condition {
        case .equals(let pattern): scalarText.map(pattern.matches) ?? pattern.matchesAnything
        case .compares(let comparison, let bound):
            switch (number, comparison) {
            case (nil, _): false
            case (let number?, .atLeast): number >= bound
            case (let number?, .atMost): number <= bound
            case (let number?, .above): number > bound
            case (let number?, .below): number < bound
            }
        }
    }

    private var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// A value that is no list and no object, as text.
    private var scalarText: String? {
        switch self {
        case .string(let text): text.string
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .boolean(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
