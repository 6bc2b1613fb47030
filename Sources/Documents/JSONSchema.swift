/// Describes documents in JSON Schema (draft 2020-12, as OpenAPI 3.1 has it).
package struct JSONSchema {
    /// Which body is described.
    package enum Use: Sendable {
        case create
        case update
        case response
    }

    let use: Use

    /// Members beside `data` that are looked past: of JSON:API, where Terraform tells who is asking.
    static let unread = ["meta", "jsonapi"]

    /// The schema of a whole body, `{"data":{…}}`.
    package static func body(of schema: DocumentSchema, for use: Use) -> JSONValue {
        let unread = use == .response ? [] : Self.unread.map { JSONValue.Member(JSONText($0), ["type": "object"]) }
        return .object([
            .init("type", "object"),
            .init("required", ["data"]),
            .init("properties", .object([.init("data", data(of: schema, for: use))] + unread)),
            .init("additionalProperties", .boolean(use == .response)),
        ])
    }

    /// The schema of the attributes of a create alone, as the first version of the API has its bodies.
    package static func attributes(of schema: DocumentSchema) -> JSONValue {
        JSONSchema(use: .create).object(of: schema.attributes, isPartial: false)
    }

    /// The schema of the inner `data` object.
    package static func data(of schema: DocumentSchema, for use: Use) -> JSONValue {
        let describer = JSONSchema(use: use)
        let id: JSONValue =
            use == .response
            ? ["type": "string", "format": "uuid"]
            : ["type": "string", "description": "Ignored on create; on update, the id in the path."]
        var members: [JSONValue.Member] = [
            .init("type", ["type": "string", "const": .string(schema.type)]),
            .init("attributes", describer.object(of: schema.attributes, isPartial: use == .update)),
        ]
        // An update's `data.id` must be the one in the path, which a schema can't say.
        if use != .update { members.insert(.init("id", id), at: 0) }
        return .object([
            .init("type", "object"),
            .init("required", use == .response ? ["id", "type", "attributes"] : ["type", "attributes"]),
            .init("properties", .object(members)),
            .init("additionalProperties", .boolean(use == .response)),
        ])
    }

    /// An object of those fields, each of which may be left out if `isPartial` (except the one that is `telling`),
    /// behind members of other kinds.
    private func object(
        of fields: [Field],
        isPartial: Bool,
        telling: String? = nil,
        leading: [(name: String, schema: JSONValue)] = [],
        optionalLeading: [(name: String, schema: JSONValue)] = []
    ) -> JSONValue {
        var properties = (leading + optionalLeading).map { JSONValue.Member(JSONText($0.name), $0.schema) }
        var required = leading.map { JSONValue.string($0.name) }
        for field in fields {
            guard let schema = schema(of: field, isPartial: isPartial) else { continue }
            properties.append(.init(JSONText(field.name), schema))
            let mustBeSent = isPartial ? field.updating == .fixed || field.name == telling : isRequired(field)
            if mustBeSent { required.append(.string(field.name)) }
        }
        var members: [JSONValue.Member] = [.init("type", "object")]
        if !required.isEmpty { members.append(.init("required", .array(required))) }
        members.append(.init("properties", .object(properties)))
        members.append(.init("additionalProperties", .boolean(use == .response)))
        return .object(members)
    }

    /// Whether a whole object has the field: a group is one of which a member must be sent.
    private func isRequired(_ field: Field) -> Bool {
        guard case .group(let fields) = field.kind else { return field.isRequired }
        return fields.contains(where: isRequired)
    }

    private func schema(of field: Field, isPartial: Bool) -> JSONValue? {
        switch field.part {
        case .open, .issuedUnlessSent: break
        case .secret:
            return use == .response
                ? ["type": "string", "const": "", "description": .string("\(field.help). Never in a response.")]
                : describe(field, text(.secret, isNullable: false, canBeEmpty: isPartial), writeOnly: true)
        case .withheldSecret:
            guard use != .response else { return nil }
            return describe(field, text(.secret, isNullable: false, canBeEmpty: isPartial), writeOnly: true)
        case .issued, .renewed:
            // An update takes only what is stored, which a schema can't say; a create ignores what is sent.
            guard use == .response else { return nil }
            return describe(field, ["type": "string"])
        case .reissues:
            guard use == .update else { return nil }
            return describe(field, ["type": "boolean"])
        }
        let canBeIssued = field.part == .issuedUnlessSent && use != .response
        let isNullable =
            switch use {
            case .create: field.isNullable
            case .update: !field.isRequired && !canBeIssued
            case .response: false
            }
        let schema: JSONValue =
            switch field.kind {
            case .text(let format): text(format, isNullable: isNullable, canBeEmpty: canBeIssued)
            case .flag: ["type": isNullable ? ["boolean", "null"] : "boolean"]
            case .number(let range):
                [
                    "type": isNullable ? ["integer", "null"] : "integer",
                    "minimum": .integer(range.lowerBound),
                    "maximum": .integer(range.upperBound),
                ]
            case .constant(let value): ["type": "string", "const": .string(value)]
            case .texts(let format, let count):
                list(of: text(format, isNullable: false, canBeEmpty: false), field, atMost: count, isNullable)
            case .scalars(let count):
                list(of: Self.scalar, field, atMost: count, isNullable)
            case .object(let fields):
                JSONSchema(use: use == .update ? .create : use).object(of: fields, isPartial: false)
            case .group(let fields): object(of: fields, isPartial: isPartial)
            case .list(let choice, let count):
                [
                    "type": "array", "items": self.choice(choice, isPartial: false),
                    "maxItems": .integer(Int64(count)),
                ]
            case .keyedList(let list): keyedList(list)
            case .variants(let variants): ["oneOf": .array(variants.shapes.map { shape($0, isPartial: isPartial) })]
            case .choice(let choice): self.choice(choice, isPartial: isPartial)
            }
        return describe(field, schema)
    }

    private static let scalar: JSONValue = ["type": ["string", "number", "boolean", "null"]]

    /// A list of strings or scalars.
    private func list(of items: JSONValue, _ field: Field, atMost count: Int, _ isNullable: Bool) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", isNullable ? ["array", "null"] : "array"),
            .init("items", items),
            .init("maxItems", .integer(Int64(count))),
        ]
        if field.leastCount > 0 { members.append(.init("minItems", .integer(Int64(field.leastCount)))) }
        return .object(members)
    }

    private func choice(_ choice: Choice, isPartial: Bool) -> JSONValue {
        guard !choice.options.isEmpty else { return object(of: choice.common, isPartial: isPartial) }
        return [
            "oneOf": .array(
                choice.options.map { object(of: choice.common + $0, isPartial: isPartial, telling: $0[0].name) }
            )
        ]
    }

    private func describe(_ field: Field, _ schema: JSONValue, writeOnly: Bool = false) -> JSONValue {
        guard case .object(var members) = schema else { return schema }
        members.append(.init("description", .string("\(field.help).")))
        if let standard = field.standard, use == .create { members.append(.init("default", standard)) }
        if writeOnly { members.append(.init("writeOnly", true)) }
        return .object(members)
    }

    private func text(_ format: TextFormat, isNullable: Bool, canBeEmpty: Bool) -> JSONValue {
        var members: [JSONValue.Member] = [.init("type", isNullable ? ["string", "null"] : "string")]
        let least = canBeEmpty ? 0 : format.length.lowerBound
        if least > 0 { members.append(.init("minLength", .integer(Int64(least)))) }
        members.append(.init("maxLength", .integer(Int64(format.length.upperBound))))
        if let pattern = format.pattern {
            members.append(.init("pattern", .string(canBeEmpty ? "^$|\(pattern)" : pattern)))
        }
        return .object(members)
    }

    private func keyedList(_ list: KeyedList) -> JSONValue {
        let name: (String, JSONValue) = ("name", text(list.nameFormat, isNullable: false, canBeEmpty: false))
        let deleted: (String, JSONValue) = (
            "deleted", ["type": "boolean", "description": "true removes the element of that name."]
        )
        // In an update an element that is stored may leave its members out; a new one may not.
        let element = object(
            of: list.fields,
            isPartial: use == .update,
            leading: [name],
            optionalLeading: use == .update ? [deleted] : []
        )
        return ["type": "array", "items": element, "maxItems": .integer(Int64(list.countAtMost))]
    }

    private func shape(_ shape: Variant, isPartial: Bool) -> JSONValue {
        let type: (String, JSONValue) = ("type", ["type": "string", "const": .string(shape.type)])
        guard case .object(var members) = object(of: shape.fields, isPartial: isPartial, leading: [type]) else {
            return .null
        }
        members.insert(.init("title", .string(shape.type)), at: 0)
        members.append(.init("description", .string("\(shape.help).")))
        return .object(members)
    }
}
