import Connections
import Documents
import Testing
import TestSupport

@Suite("The JSON Schema of a connection")
struct SchemaTests {
    private static let schemas: [JSONSchema.Use: JSONValue] = [
        .create: JSONSchema.body(of: .connection, for: .create),
        .update: JSONSchema.body(of: .connection, for: .update),
        .response: JSONSchema.body(of: .connection, for: .response),
    ]

    static func schema(_ use: JSONSchema.Use) -> JSONValue { schemas[use] ?? .null }

    /// The schema of an integration, then of its credentials of that type.
    private func shapes(_ facts: CredentialFacts, _ use: JSONSchema.Use) throws -> (JSONValue, JSONValue) {
        func shape(_ type: String, of schema: JSONValue?) throws -> JSONValue {
            guard case .array(let shapes)? = schema?["oneOf"] else { return .null }
            return try #require(shapes.first { $0.at("/properties/type/const")?.text?.string == type })
        }
        let attributes = Self.schema(use).at("/properties/data/properties/attributes")
        let integration = try shape(facts.integration, of: attributes?.at("/properties/integration"))
        return (integration, try shape(facts.type, of: integration.at("/properties/credentials")))
    }

    private func required(_ schema: JSONValue) -> Set<String> {
        guard case .array(let names)? = schema["required"] else { return [] }
        return Set(names.compactMap { $0.text?.string })
    }

    private func properties(_ schema: JSONValue) -> Set<String> {
        guard case .object(let members)? = schema["properties"] else { return [] }
        return Set(members.map(\.name.string))
    }

    /// The schemas within a schema, itself included, each with its pointer.
    private func parts(of schema: JSONValue, at pointer: String = "") -> [(pointer: String, schema: JSONValue)] {
        var parts = [(pointer: pointer, schema: schema)]
        if let items = schema["items"] { parts += self.parts(of: items, at: "\(pointer)/items") }
        if case .array(let shapes)? = schema["oneOf"] {
            for (index, shape) in shapes.enumerated() {
                parts += self.parts(of: shape, at: "\(pointer)/oneOf/\(index)")
            }
        }
        if case .object(let members)? = schema["properties"] {
            for member in members {
                parts += self.parts(of: member.value, at: "\(pointer)/properties/\(member.name.string)")
            }
        }
        return parts
    }

    @Test("is well formed", arguments: [JSONSchema.Use.create, .update, .response])
    func wellFormed(_ use: JSONSchema.Use) {
        for (pointer, schema) in parts(of: Self.schema(use)) {
            #expect(schema.kindName == "object", "\(pointer)")
            #expect(schema["type"] != nil || schema["oneOf"] != nil, "\(pointer)")
            #expect(required(schema).isSubset(of: properties(schema)), "\(pointer)")
            if case .object(let keywords) = schema {
                #expect(Set(keywords.map(\.name.string)).count == keywords.count, "\(pointer)")
            }
            // What is looked past may hold anything.
            if schema["type"] == "object", !["/meta", "/jsonapi"].contains(where: pointer.hasSuffix) {
                #expect(schema["additionalProperties"] == .boolean(use == .response), "\(pointer)")
            }
        }
    }

    @Test(
        "has every integration and every credential type once",
        arguments: [JSONSchema.Use.create, .update, .response]
    )
    func everyType(_ use: JSONSchema.Use) {
        let types = parts(of: Self.schema(use)).compactMap { $0.schema["title"]?.text?.string }
        let expected = IntegrationCatalogue.all.flatMap { [$0.type] + $0.credentials.map(\.type) }
        #expect(types.sorted() == expected.sorted())
    }

    @Test("requires what a create must have", arguments: CredentialFacts.all)
    func createShape(_ facts: CredentialFacts) throws {
        let (integration, credentials) = try shapes(facts, .create)
        #expect(required(integration) == facts.integrationFields.union(["type", "credentials"]))
        #expect(required(credentials) == facts.required.union(facts.secrets).union(["type"]))
        #expect(properties(credentials) == required(credentials).union(facts.optional))
    }

    @Test("requires the types alone of an update", arguments: CredentialFacts.all)
    func updateShape(_ facts: CredentialFacts) throws {
        let (integration, credentials) = try shapes(facts, .update)
        #expect(required(integration) == ["type"])
        #expect(required(credentials) == ["type"])
        let members = facts.required.union(facts.secrets).union(facts.optional).union(facts.updateOnly)
        #expect(properties(credentials) == members.union(["type"]))
    }

    @Test(
        "promises every required member, secrets included, and issued ones of an answer",
        arguments: CredentialFacts.all
    )
    func responseShape(_ facts: CredentialFacts) throws {
        let (integration, credentials) = try shapes(facts, .response)
        #expect(required(integration) == facts.integrationFields.union(["type", "credentials"]))
        #expect(required(credentials) == facts.required.union(facts.secrets).union(["type"]))
        #expect(properties(credentials) == required(credentials).union(facts.optional).union(facts.issued))
    }

    @Test("requires type and attributes of `data`, and the id of an answer's")
    func envelope() throws {
        let data = { (use: JSONSchema.Use) in Self.schema(use).at("/properties/data") ?? .null }
        #expect(required(data(.create)) == ["type", "attributes"])
        #expect(required(data(.update)) == ["type", "attributes"])
        #expect(required(data(.response)) == ["id", "type", "attributes"])
        #expect(required(try #require(data(.create).at("/properties/attributes"))) == ["integration", "name"])
        #expect(required(try #require(data(.update).at("/properties/attributes"))) == [])
        #expect(required(try #require(data(.response).at("/properties/attributes"))) == ["integration", "name"])
    }

    @Test(
        "marks credentials as written only, and answers them as nothing but the empty string",
        arguments: CredentialFacts.all
    )
    func secrets(_ facts: CredentialFacts) throws {
        for use in [JSONSchema.Use.create, .update, .response] {
            let (_, credentials) = try shapes(facts, use)
            for name in properties(credentials).subtracting(["type"]) {
                let property = try #require(credentials.at("/properties/\(name)"))
                let isSecret = facts.secrets.contains(name)
                #expect((property["writeOnly"] == true) == (isSecret && use != .response))
                #expect((property["const"] == "") == (isSecret && use == .response))
            }
        }
    }

    @Test("marks the value of a token alone as a secret in HTTP's lists")
    func tokenSecrets() throws {
        let (_, create) = try shapes(.of("HTTPTokenAuth"), .create)
        let (_, response) = try shapes(.of("HTTPTokenAuth"), .response)
        #expect(create.at("/properties/tokens/items/properties/value/writeOnly") == true)
        #expect(create.at("/properties/headers/items/properties/value/writeOnly") == nil)
        #expect(response.at("/properties/tokens/items/properties/value/const") == "")
        #expect(required(try #require(response.at("/properties/tokens/items"))) == ["name", "type", "value"])
    }

    @Test("requires a name alone of an element in an update", arguments: ["headers", "tokens", "url_parameters"])
    func updateElements(_ list: String) throws {
        let (_, credentials) = try shapes(.of("HTTPTokenAuth"), .update)
        let items = try #require(credentials.at("/properties/\(list)/items"))
        #expect(required(items) == ["name"])
        #expect(items.at("/properties/deleted/type") == "boolean")
    }

    @Test("lets a credential be empty in an update, which keeps it, and not in a create")
    func emptySecret() throws {
        let facts = CredentialFacts.of("OpenAIAPIKey")
        let (_, create) = try shapes(facts, .create)
        let (_, update) = try shapes(facts, .update)
        #expect(create.at("/properties/api_token/minLength") == 1)
        #expect(update.at("/properties/api_token/minLength") == nil)
    }

    @Test("describes each answer", arguments: CredentialFacts.all)
    func describesAnswers(_ facts: CredentialFacts) throws {
        let answer: JSONValue = ["data": try facts.stored()]
        #expect(SchemaCheck.accepts(answer, Self.schema(.response)))
    }

    @Test("refuses an answer that holds a secret", arguments: CredentialFacts.all.filter { !$0.secrets.isEmpty })
    func refusesLeak(_ facts: CredentialFacts) throws {
        let answer: JSONValue = ["data": try facts.stored()]
        for name in facts.secrets {
            #expect(!SchemaCheck.accepts(answer.with("\(Place.credentials)/\(name)", "x"), Self.schema(.response)))
            #expect(!SchemaCheck.accepts(answer.with("\(Place.credentials)/\(name)", nil), Self.schema(.response)))
        }
    }

    private static let values: [JSONValue?] = [
        nil, .null, true, 17, [], .object([]), ["a": 1], "", " ", "text", "two words", "a\nb", "é", "..",
        "123456789012",
        "https://example.com/a", "https://example.com/?q", .string(String(repeating: "a", count: 5000)),
    ]

    @Test("takes of every member what a create takes", arguments: BodyPlace.all)
    func agreesWithCreate(_ place: BodyPlace) {
        for value in Self.values {
            let body = Sample.body(place.facts).with(place.pointer, value)
            let isTaken = pointers(ofCreating: body).isEmpty
            #expect(SchemaCheck.accepts(body, Self.schema(.create)) == isTaken, "\(body.json.prefix(500))")
        }
    }

    @Test("takes of every member what an update takes", arguments: BodyPlace.all)
    func agreesWithUpdate(_ place: BodyPlace) throws {
        let stored = try place.facts.stored()
        for value in Self.values {
            // A new name in a list makes a new element, which a schema can't tell from a stored one.
            if place.pointer.hasSuffix("/name"), place.pointer != Place.name, value?.text != nil { continue }
            let body = Sample.body(place.facts).with(place.pointer, value)
            let isTaken = pointers(ofUpdating: stored, by: body).isEmpty
            #expect(SchemaCheck.accepts(body, Self.schema(.update)) == isTaken, "\(body.json.prefix(500))")
        }
    }
}
