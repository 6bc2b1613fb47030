// The parts that descriptions of responses are made of.
extension JSONSchema {
    package static let text: JSONValue = ["type": "string"]
    package static let flag: JSONValue = ["type": "boolean"]
    package static let count: JSONValue = ["type": "integer", "minimum": 0]
    package static let id: JSONValue = ["type": "string", "format": "uuid"]
    package static let time: JSONValue = ["type": "string", "format": "date-time"]

    package static func text(ofLength length: Int64) -> JSONValue {
        ["type": "string", "minLength": .integer(length), "maxLength": .integer(length)]
    }

    package static func list(of element: JSONValue) -> JSONValue { ["type": "array", "items": element] }

    /// An object that has all of some members, and may have others.
    package static func object(_ required: JSONValue, optional: JSONValue = [:]) -> JSONValue {
        guard case .object(let members) = required, case .object(let others) = optional else { return .null }
        return [
            "type": "object",
            "required": .array(members.map { .string($0.name) }),
            "properties": .object(members + others),
        ]
    }

    /// `{"id":…,"type":…}`, by which a resource is named elsewhere.
    package static func reference(to type: String) -> JSONValue {
        object(["id": id, "type": ["type": "string", "const": .string(type)]])
    }
}
