package import Documents

/// As much of a JSON Schema validator as our own descriptions need.
package struct SchemaCheck {
    /// Whether `value` is what `schema` describes. A keyword that it does not know is a failure of the suite.
    package static func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        guard case .object(let keywords) = schema else { return false }
        return keywords.allSatisfy { keyword in
            accepts(value, keyword.name.string, keyword.value, within: schema)
        }
    }

    private static func accepts(
        _ value: JSONValue,
        _ keyword: String,
        _ rule: JSONValue,
        within schema: JSONValue
    ) -> Bool {
        switch keyword {
        case "description", "title", "writeOnly", "format", "default":
            return true
        case "type":
            if case .array(let kinds) = rule { return kinds.contains { isOfKind(value, $0.text?.string) } }
            return isOfKind(value, rule.text?.string)
        case "const":
            return value == rule
        case "minLength", "maxLength", "pattern":
            guard let text = value.text?.string else { return true }
            return accepts(text, keyword, rule)
        case "maxItems", "minItems":
            guard case .array(let elements) = value, case .integer(let count) = rule else { return true }
            return keyword == "maxItems" ? elements.count <= count : elements.count >= count
        case "minimum", "maximum":
            guard let number = value.wholeNumber, case .integer(let bound) = rule else { return true }
            return keyword == "minimum" ? number >= bound : number <= bound
        case "items":
            guard case .array(let elements) = value else { return true }
            return elements.allSatisfy { accepts($0, rule) }
        case "oneOf":
            guard case .array(let shapes) = rule else { return false }
            return shapes.count { accepts(value, $0) } == 1
        case "required":
            guard case .object = value, case .array(let names) = rule else { return true }
            return names.allSatisfy { value[$0.text?.string ?? ""] != nil }
        case "properties":
            guard case .object(let members) = value else { return true }
            return members.allSatisfy { member in rule[member.name.string].map { accepts(member.value, $0) } ?? true }
        case "additionalProperties":
            guard case .object(let members) = value, rule == false else { return true }
            return members.allSatisfy { schema["properties"]?[$0.name.string] != nil }
        default:
            return false
        }
    }

    private static func isOfKind(_ value: JSONValue, _ kind: String?) -> Bool {
        kind == "integer" ? value.wholeNumber != nil : kind == value.kindName
    }

    private static func accepts(_ text: String, _ keyword: String, _ rule: JSONValue) -> Bool {
        switch (keyword, rule) {
        case ("minLength", .integer(let count)): return text.unicodeScalars.count >= count
        case ("maxLength", .integer(let count)): return text.unicodeScalars.count <= count
        case ("pattern", .string(let pattern)):
            guard let regex = try? Regex(pattern.string) else { return false }
            return text.firstMatch(of: regex.matchingSemantics(.unicodeScalar)) != nil
        default: return false
        }
    }
}
