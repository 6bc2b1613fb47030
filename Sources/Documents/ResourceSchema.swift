/// A resource as responses have it, `{"type":…,"id":…,"attributes":{…},"relationships":{…}}`, declared by its members.
///
/// Its JSON and its description in JSON Schema are derived from them. What requests send is a ``DocumentSchema``.
package struct ResourceSchema<Value>: Sendable {
    /// The value of `type`.
    package let type: String
    private let id: @Sendable (Value) -> Identifier
    private let attributes: [ResourceMember<Value>]
    /// The attributes in the order of responses.
    private let orderedAttributes: [ResourceMember<Value>]
    private let relationships: [ResourceMember<Value>]

    package init(
        type: String,
        id: @escaping @Sendable (Value) -> Identifier,
        attributes: [ResourceMember<Value>],
        relationships: [ResourceMember<Value>] = []
    ) {
        self.type = type
        self.id = id
        self.attributes = attributes
        orderedAttributes = attributes.reduce(into: []) { ordered, attribute in
            switch attribute.place {
            case .declared: ordered.append(attribute)
            case .first: ordered.insert(attribute, at: 0)
            case .behind(let name):
                let other = ordered.firstIndex { $0.name == name }
                ordered.insert(attribute, at: other.map { $0 + 1 } ?? ordered.endIndex)
            }
        }
        self.relationships = relationships
    }

    /// The resource with one more attribute.
    package func adding(_ attribute: ResourceMember<Value>) -> ResourceSchema {
        ResourceSchema(type: type, id: id, attributes: attributes + [attribute], relationships: relationships)
    }

    /// The resource as responses have it.
    package func json(of value: Value) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", .string(type)),
            .init("id", .string(id(value).description)),
            .init("attributes", .object(orderedAttributes.compactMap { $0.member(of: value) })),
        ]
        if !relationships.isEmpty {
            members.append(.init("relationships", .object(relationships.compactMap { $0.member(of: value) })))
        }
        return .object(members)
    }

    /// Its description in JSON Schema.
    package var jsonSchema: JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", ["type": "string", "const": .string(type)]),
            .init("id", JSONSchema.id),
            .init("attributes", JSONSchema.object(of: attributes)),
        ]
        if !relationships.isEmpty { members.append(.init("relationships", JSONSchema.object(of: relationships))) }
        return JSONSchema.object(.object(members))
    }
}

extension JSONSchema {
    fileprivate static func object<Value>(of members: [ResourceMember<Value>]) -> JSONValue {
        func described(_ isRequired: Bool) -> JSONValue {
            .object(
                members.filter { $0.isRequired == isRequired }.compactMap { member in
                    member.schema.map { .init(JSONText(member.name), $0) }
                }
            )
        }
        return object(described(true), optional: described(false))
    }
}
