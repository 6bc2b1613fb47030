import Connections
import Documents
import Testing
import TestSupport

extension CredentialFacts {
    static func of(_ type: String) -> CredentialFacts {
        all.first { $0.type == type } ?? all[0]
    }

    /// The addresses of all secrets of the sample connection.
    var secretAddresses: Set<String> {
        integration == "HTTP"
            ? [address("tokens/first/value"), address("tokens/second/value")] : Set(secrets.map { address($0) })
    }

    /// The sample connection as it is stored.
    func stored() throws -> JSONValue {
        try create(Sample.body(self)).document
    }

    /// The body of an update with those members of the credentials, and of the integration beside them.
    func patch(credentials: [JSONValue.Member] = [], integration members: [JSONValue.Member] = []) -> JSONValue {
        let credentials: JSONValue = .object(credentials + [.init("type", .string(type))])
        return ConnectionsTests.patch([
            "integration": .object(members + [.init("credentials", credentials), .init("type", .string(integration))])
        ])
    }
}

/// A text that may be changed by itself.
struct OpenText: Sendable, CustomTestStringConvertible {
    let facts: CredentialFacts
    let name: String
    let isOfIntegration: Bool
    /// A valid value other than the stored one.
    let other: String

    var testDescription: String { "\(facts.type) \(name)" }
    var pointer: String { "\(isOfIntegration ? Place.integration : Place.credentials)/\(name)" }
    var storedPointer: String { String(pointer.dropFirst("/data".count)) }

    func patch(_ value: JSONValue) -> JSONValue {
        let member = JSONValue.Member(JSONText(name), value)
        return isOfIntegration ? facts.patch(integration: [member]) : facts.patch(credentials: [member])
    }

    static let all: [OpenText] = CredentialFacts.all.flatMap { facts in
        let (integration, shape) = Sample.declaration(facts)
        return integration.fields.compactMap { of($0, facts, isOfIntegration: true) }
            + shape.fields.compactMap { of($0, facts, isOfIntegration: false) }
    }

    private static func of(_ field: Field, _ facts: CredentialFacts, isOfIntegration: Bool) -> OpenText? {
        guard field.part == .open, case .text(let format) = field.kind else { return nil }
        let others = ["other text", "other", "https://other.example/path", "210987654321"]
        let other = others.first { format.fault(in: JSONText($0)) == nil } ?? ""
        return OpenText(facts: facts, name: field.name, isOfIntegration: isOfIntegration, other: other)
    }
}

@Suite("Updating a connection")
struct UpdateTests {
    @Test("by its name alone changes the name and keeps every secret", arguments: CredentialFacts.all)
    func nameOnly(_ facts: CredentialFacts) throws {
        let stored = try facts.stored()
        let updated = try update(stored, by: patch(["name": "Renamed"]))
        #expect(updated.document.json == stored.with("/attributes/name", "Renamed").json)
        #expect(updated.secretAddresses == [])
        #expect(Set(updated.keptSecrets) == facts.secretAddresses)
        #expect(updated.keptSecrets.count == facts.secretAddresses.count)
    }

    @Test("by what was answered changes nothing and keeps every secret", arguments: CredentialFacts.all)
    func byItsAnswer(_ facts: CredentialFacts) throws {
        let stored = try facts.stored()
        let updated = try update(stored, by: ["data": stored])
        #expect(updated.document.json == stored.json)
        #expect(updated.secretAddresses == [])
        #expect(Set(updated.keptSecrets) == facts.secretAddresses)
        #expect(updated.keptSecrets.count == facts.secretAddresses.count)
    }

    @Test(
        "by nothing, or by types alone, changes nothing",
        arguments: CredentialFacts.all.flatMap { facts in
            [
                (facts, patch(.object([]))),
                (facts, patch(["integration": ["type": .string(facts.integration)]])),
                (facts, facts.patch()),
            ]
        }
    )
    func byNothing(_ facts: CredentialFacts, _ body: JSONValue) throws {
        let stored = try facts.stored()
        let updated = try update(stored, by: body)
        #expect(updated.document.json == stored.json)
        #expect(Set(updated.keptSecrets) == facts.secretAddresses)
    }

    @Test("by one text changes that text alone", arguments: OpenText.all)
    func byOneText(_ text: OpenText) throws {
        let stored = try text.facts.stored()
        let updated = try update(stored, by: text.patch(.string(text.other)))
        #expect(updated.document.json == stored.with(text.storedPointer, .string(text.other)).json)
        #expect(updated.secretAddresses == [])
        #expect(Set(updated.keptSecrets) == text.facts.secretAddresses)
    }

    @Test(
        "by one secret replaces it and keeps the others",
        arguments: CredentialFacts.all.flatMap { facts in facts.secrets.sorted().map { (facts, $0) } }
    )
    func byOneSecret(_ facts: CredentialFacts, _ name: String) throws {
        let stored = try facts.stored()
        let updated = try update(stored, by: facts.patch(credentials: [.init(JSONText(name), "another")]))
        #expect(updated.document.json == stored.json)
        #expect(updated.secretAddresses == [address(name)])
        #expect(Set(updated.keptSecrets) == facts.secretAddresses.subtracting([address(name)]))
        let isTheNewOne = updated.secret(address(name)) == "another"
        #expect(isTheNewOne)
    }

    @Test(
        "by an empty secret keeps the stored one",
        arguments: CredentialFacts.all.flatMap { facts in facts.secrets.sorted().map { (facts, $0) } }
    )
    func byAnEmptySecret(_ facts: CredentialFacts, _ name: String) throws {
        let updated = try update(try facts.stored(), by: facts.patch(credentials: [.init(JSONText(name), "")]))
        #expect(updated.secretAddresses == [])
        #expect(Set(updated.keptSecrets) == facts.secretAddresses)
    }

    @Test(
        "by null removes a text that may be missing",
        arguments: OpenText.all.filter { $0.facts.optional.contains($0.name) }
    )
    func byNull(_ text: OpenText) throws {
        let stored = try text.facts.stored()
        let updated = try update(stored, by: text.patch(.null))
        #expect(updated.document.json == stored.with(text.storedPointer, nil).json)
    }

    @Test(
        "by null is refused for a text that is required",
        arguments: OpenText.all.filter { !$0.facts.optional.contains($0.name) }
    )
    func byNullOfRequired(_ text: OpenText) throws {
        #expect(pointers(ofUpdating: try text.facts.stored(), by: text.patch(.null)) == [text.pointer])
    }

    @Test(
        "replaces tags as a whole",
        arguments: [(["a:b", "c:d"], ["a:b", "c:d"]), ([], []), (.null, nil)] as [(JSONValue, JSONValue?)]
    )
    func tags(_ tags: JSONValue, after: JSONValue?) throws {
        let updated = try update(try CredentialFacts.all[1].stored(), by: patch(["tags": tags]))
        #expect(updated.document.at("/attributes/tags") == (tags == .null ? nil : after))
    }

    @Test("points at a member of a wrong kind, whatever kind that is", arguments: BodyPlace.all)
    func wrongKind(_ place: BodyPlace) throws {
        let stored = try place.facts.stored()
        let body = Sample.body(place.facts)
        let kind = try #require(body.at(place.pointer)).kindName
        let kinds: [JSONValue] = [.null, true, 17, [], .object([]), ["a": "b"], .string(Sample.secretMarker)]
        for value in kinds where value.kindName != kind {
            let expected = value == .null && place.isNullable ? [] : [place.pointer]
            #expect(pointers(ofUpdating: stored, by: body.with(place.pointer, value)) == expected, "\(value.kindName)")
        }
    }

    @Test(
        "points at a member that it does not know, at every level",
        arguments: BodyPlace.all.filter { Sample.body($0.facts).at($0.pointer)?.kindName == "object" }
    )
    func unknownMember(_ place: BodyPlace) throws {
        let pointer = "\(place.pointer)/unknown"
        let body = Sample.body(place.facts).with(pointer, .string(Sample.secretMarker))
        #expect(pointers(ofUpdating: try place.facts.stored(), by: body) == [pointer])
    }

    @Test("asks for the types of what it changes", arguments: CredentialFacts.all)
    func missingTypes(_ facts: CredentialFacts) throws {
        for pointer in ["\(Place.integration)/type", "\(Place.credentials)/type"] {
            #expect(pointers(ofUpdating: try facts.stored(), by: facts.patch().with(pointer, nil)) == [pointer])
        }
    }

    @Test("may not change the integration", arguments: CredentialFacts.all)
    func integrationType(_ facts: CredentialFacts) throws {
        let stored = try facts.stored()
        for other in CredentialFacts.all where other.integration != facts.integration {
            #expect(pointers(ofUpdating: stored, by: Sample.body(other)) == ["\(Place.integration)/type"])
        }
    }

    @Test(
        "names the id in the path, or none",
        arguments: [
            (.string(Sample.id.description), true),
            (.string(Sample.id.description.uppercased()), true),
            ("0193cb20-1234-7abc-8def-0123456789ac", false),
            ("", false), ("x", false), (.null, false), (5, false), (["a": 1], false),
        ] as [(JSONValue, Bool)]
    )
    func dataID(_ id: JSONValue, isTaken: Bool) throws {
        let pointers = pointers(
            ofUpdating: try CredentialFacts.all[1].stored(),
            by: patch(["name": "x"]).with("/data/id", id)
        )
        #expect(pointers == (isTaken ? [] : ["/data/id"]))
    }

    @Test("names the type of the document", arguments: ["", "connection", .null, 5, ["a": 1]] as [JSONValue])
    func dataType(_ type: JSONValue) throws {
        let stored = try CredentialFacts.all[1].stored()
        #expect(pointers(ofUpdating: stored, by: patch(["name": "x"]).with("/data/type", type)) == ["/data/type"])
        #expect(pointers(ofUpdating: stored, by: patch(["name": "x"]).with("/data/type", nil)) == ["/data/type"])
    }

    @Test("quotes no value of a body that is wrong everywhere", arguments: CredentialFacts.all)
    func quotesNothing(_ facts: CredentialFacts) throws {
        let stored = try facts.stored()
        let wrong: JSONValue = ["member": .string("\(Sample.secretMarker)\0\n")]
        for place in BodyPlace.all(of: facts) {
            let body = Sample.body(facts).with(place.pointer, wrong)
            for problem in problems({ () throws(InvalidDocument) in try update(stored, by: body) }) {
                #expect(!problem.detail.contains(Sample.secretMarker))
                #expect(!problem.detail.contains(Sample.openMarker))
            }
        }
    }
}

@Suite("What the service issues")
struct IssuedTests {
    private static let aws = CredentialFacts.of("AWSAssumeRole")

    private func pointer(_ name: String) -> String { "\(Place.credentials)/\(name)" }

    private func updated(_ members: JSONValue.Member...) throws -> JSONValue {
        try #require(try update(try Self.aws.stored(), by: Self.aws.patch(credentials: members)).credentials)
    }

    @Test("may be sent as it is stored", arguments: ["external_id", "principal_id"])
    func equal(_ name: String) throws {
        let credentials = try updated(.init(JSONText(name), .string("issued \(name)")))
        #expect(credentials[name]?.text?.string == "issued \(name)")
    }

    @Test("may not be sent as anything else", arguments: ["external_id", "principal_id"])
    func unequal(_ name: String) throws {
        for value in ["", "mine", .string("ISSUED \(name)"), .null, 5, true, []] as [JSONValue] {
            let body = Self.aws.patch(credentials: [.init(JSONText(name), value)])
            #expect(pointers(ofUpdating: try Self.aws.stored(), by: body) == [pointer(name)])
        }
    }

    @Test("is issued anew on demand, and stands in the answer instead of the demand")
    func reissued() throws {
        let credentials = try updated(.init("generate_new_external_id", true))
        #expect(credentials["external_id"]?.text?.string == "new issued external_id")
        #expect(credentials["principal_id"]?.text?.string == "issued principal_id")
        #expect(credentials["generate_new_external_id"] == nil)
    }

    @Test("is issued anew even when the old one is sent along")
    func reissuedBesideOld() throws {
        let credentials = try updated(
            .init("generate_new_external_id", true),
            .init("external_id", "issued external_id")
        )
        #expect(credentials["external_id"]?.text?.string == "new issued external_id")
    }

    @Test("stays when no new one is asked for")
    func notReissued() throws {
        let credentials = try updated(.init("generate_new_external_id", false))
        #expect(credentials["external_id"]?.text?.string == "issued external_id")
        #expect(credentials["generate_new_external_id"] == nil)
    }

    @Test("is asked for with true or false", arguments: [.null, "true", "", 1, 0, [], .object([])] as [JSONValue])
    func wrongKind(_ value: JSONValue) throws {
        let body = Self.aws.patch(credentials: [.init("generate_new_external_id", value)])
        #expect(pointers(ofUpdating: try Self.aws.stored(), by: body) == [pointer("generate_new_external_id")])
    }

    @Test("can't be asked for on create", arguments: [true, false])
    func onCreate(_ value: Bool) {
        let body = Sample.body(Self.aws).with(pointer("generate_new_external_id"), .boolean(value))
        #expect(pointers(ofCreating: body) == [pointer("generate_new_external_id")])
    }
}

@Suite("Switching Cloudflare's credentials")
struct CredentialSwitchTests {
    private static let token = CredentialFacts.of("CloudflareAPIToken")
    private static let globalKey = CredentialFacts.of("CloudflareGlobalAPIToken")

    @Test(
        "takes all that the new type requires, and keeps no secret",
        arguments: [(token, globalKey), (globalKey, token)]
    )
    func switches(_ old: CredentialFacts, to new: CredentialFacts) throws {
        let updated = try update(try old.stored(), by: Sample.body(new))
        #expect(updated.document.json == (try new.stored()).json)
        #expect(Set(updated.secretAddresses) == new.secretAddresses)
        #expect(updated.keptSecrets == [])
    }

    @Test(
        "asks for whatever is missing",
        arguments: [
            (token, globalKey, ["auth_email", "global_api_key"]),
            (globalKey, token, ["api_token"]),
        ]
    )
    func missing(_ old: CredentialFacts, _ new: CredentialFacts, names: [String]) throws {
        let expected = names.map { "\(Place.credentials)/\($0)" }
        #expect(pointers(ofUpdating: try old.stored(), by: new.patch()) == expected)
    }

    @Test("refuses an empty secret, for there is none to keep", arguments: [(token, globalKey), (globalKey, token)])
    func emptySecret(_ old: CredentialFacts, _ new: CredentialFacts) throws {
        let name = try #require(new.secrets.first)
        let pointer = "\(Place.credentials)/\(name)"
        #expect(pointers(ofUpdating: try old.stored(), by: Sample.body(new).with(pointer, "")) == [pointer])
    }

    @Test("refuses members of the old type", arguments: [(token, globalKey), (globalKey, token)])
    func oldMembers(_ old: CredentialFacts, _ new: CredentialFacts) throws {
        let name = try #require(old.secrets.first)
        let pointer = "\(Place.credentials)/\(name)"
        #expect(pointers(ofUpdating: try old.stored(), by: Sample.body(new).with(pointer, "")) == [pointer])
    }
}
