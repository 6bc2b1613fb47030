/// One member of a resource's attributes or relationships, declared once: its name, its description, and its value.
package struct ResourceMember<Value>: Sendable {
    let name: String
    /// Its description in JSON Schema; `nil` if it is not described.
    let schema: JSONValue?
    /// Whether each resource has it.
    let isRequired: Bool
    /// Where responses have it.
    private(set) var place = Place.declared
    private let value: @Sendable (Value) -> JSONValue?

    enum Place {
        /// Where it is declared, and described.
        case declared
        case first
        case behind(String)
    }

    /// A member of any kind; `value` leaves it out by `nil`.
    package init(
        _ name: String,
        _ schema: JSONValue?,
        isRequired: Bool = true,
        value: @escaping @Sendable (Value) -> JSONValue?
    ) {
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
        self.value = value
    }

    /// The member, which comes first in responses, wherever it is described.
    package func first() -> Self {
        var member = self
        member.place = .first
        return member
    }

    /// The member, which comes behind another one in responses, wherever it is described.
    package func behind(_ name: String) -> Self {
        var member = self
        member.place = .behind(name)
        return member
    }

    func member(of value: Value) -> JSONValue.Member? {
        self.value(value).map { .init(JSONText(name), $0) }
    }
}

// How declarations are written: *nullable* members are `null`, *optional* ones are left out where there is no value.
extension ResourceMember {
    package static func id(_ name: String, _ value: @escaping @Sendable (Value) -> Identifier) -> Self {
        Self(name, JSONSchema.id) { .string(value($0).description) }
    }

    package static func text(_ name: String, _ value: @escaping @Sendable (Value) -> String) -> Self {
        Self(name, JSONSchema.text) { .string(value($0)) }
    }

    package static func text(
        _ name: String,
        ofLength length: Int64,
        _ value: @escaping @Sendable (Value) -> String
    ) -> Self {
        Self(name, JSONSchema.text(ofLength: length)) { .string(value($0)) }
    }

    package static func text(
        _ name: String,
        oneOf values: [String],
        _ value: @escaping @Sendable (Value) -> String
    ) -> Self {
        Self(name, ["type": "string", "enum": .array(values.map { .string($0) })]) { .string(value($0)) }
    }

    package static func nullableText(_ name: String, _ value: @escaping @Sendable (Value) -> String?) -> Self {
        Self(name, ["type": ["string", "null"]]) { value($0).map { .string($0) } ?? .null }
    }

    package static func flag(_ name: String, _ value: @escaping @Sendable (Value) -> Bool) -> Self {
        Self(name, JSONSchema.flag) { .boolean(value($0)) }
    }

    package static func optionalCount(_ name: String, _ value: @escaping @Sendable (Value) -> Int?) -> Self {
        Self(name, JSONSchema.count, isRequired: false) { value($0).map { .integer(Int64($0)) } }
    }

    package static func time(_ name: String, _ value: @escaping @Sendable (Value) -> Timestamp) -> Self {
        Self(name, JSONSchema.time) { .string(value($0).offsetText) }
    }

    package static func nullableTime(_ name: String, _ value: @escaping @Sendable (Value) -> Timestamp?) -> Self {
        Self(name, ["type": ["string", "null"], "format": "date-time"]) {
            value($0).map { .string($0.offsetText) } ?? .null
        }
    }

    /// A time with `Z`, where ``time(_:_:)`` has an offset.
    package static func utcTime(_ name: String, _ value: @escaping @Sendable (Value) -> Timestamp) -> Self {
        Self(name, JSONSchema.time) { .string(value($0).description) }
    }

    package static func nullableUTCTime(_ name: String, _ value: @escaping @Sendable (Value) -> Timestamp?) -> Self {
        Self(name, ["type": ["string", "null"], "format": "date-time"]) {
            value($0).map { .string($0.description) } ?? .null
        }
    }

    package static func optionalUTCTime(_ name: String, _ value: @escaping @Sendable (Value) -> Timestamp?) -> Self {
        Self(name, JSONSchema.time, isRequired: false) { value($0).map { .string($0.description) } }
    }

    package static func nullableCount(_ name: String, _ value: @escaping @Sendable (Value) -> Int64?) -> Self {
        Self(name, ["type": ["integer", "null"], "minimum": 0]) { value($0).map { .integer($0) } ?? .null }
    }

    package static func texts(_ name: String, _ value: @escaping @Sendable (Value) -> [String]) -> Self {
        Self(name, JSONSchema.list(of: JSONSchema.text)) { .array(value($0).map { .string($0) }) }
    }

    package static func optionalTexts(_ name: String, _ value: @escaping @Sendable (Value) -> [String]?) -> Self {
        Self(name, JSONSchema.list(of: JSONSchema.text), isRequired: false) {
            value($0).map { .array($0.map { .string($0) }) }
        }
    }

    /// A list that is never empty.
    package static func nullableTexts(_ name: String, _ value: @escaping @Sendable (Value) -> [String]?) -> Self {
        Self(name, ["type": ["array", "null"], "minItems": 1, "items": JSONSchema.text]) {
            value($0).map { .array($0.map { .string($0) }) } ?? .null
        }
    }

    // MARK: Relationships

    /// A reference to one resource of a type.
    package static func one(
        _ name: String,
        _ type: String,
        _ value: @escaping @Sendable (Value) -> Identifier
    ) -> Self {
        Self(name, JSONSchema.object(["data": JSONSchema.reference(to: type)])) {
            ["data": reference(to: value($0), type)]
        }
    }

    package static func optionalOne(
        _ name: String,
        _ type: String,
        _ value: @escaping @Sendable (Value) -> Identifier?
    ) -> Self {
        Self(name, JSONSchema.object(["data": JSONSchema.reference(to: type)]), isRequired: false) {
            value($0).map { ["data": reference(to: $0, type)] }
        }
    }

    /// References to resources of a type.
    package static func many(
        _ name: String,
        _ type: String,
        _ value: @escaping @Sendable (Value) -> [Identifier]
    ) -> Self {
        Self(name, JSONSchema.object(["data": JSONSchema.list(of: JSONSchema.reference(to: type))])) {
            ["data": .array(value($0).map { reference(to: $0, type) })]
        }
    }

    private static func reference(to id: Identifier, _ type: String) -> JSONValue {
        ["type": .string(type), "id": .string(id.description)]
    }
}
