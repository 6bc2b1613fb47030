import Connections
import Documents
import Testing
import TestSupport

/// A place of a sample body: the pointer of one member or element, as the body declares it.
struct BodyPlace: Sendable, CustomTestStringConvertible {
    let facts: CredentialFacts
    let pointer: String
    var isRequired = true
    /// Whether `null` in an update removes the value.
    var isNullable = false

    var testDescription: String { "\(facts.type) \(pointer)" }
}

extension BodyPlace {
    /// Every place of the body of that credential type, from the whole body down.
    static func all(of facts: CredentialFacts) -> [BodyPlace] {
        let (integration, shape) = Sample.declaration(facts)
        let envelope = ["/data", "/data/type", Place.attributes, Place.name, Place.integration, Place.credentials]
        let types = ["\(Place.integration)/type", "\(Place.credentials)/type"]
        return (envelope + types).map { BodyPlace(facts: facts, pointer: $0) }
            + [BodyPlace(facts: facts, pointer: "\(Place.attributes)/tags", isRequired: false, isNullable: true)]
            + places(of: integration.fields, in: Place.integration, facts)
            + places(of: shape.fields, in: Place.credentials, facts)
    }

    private static func places(of fields: [Field], in object: String, _ facts: CredentialFacts) -> [BodyPlace] {
        fields.flatMap { field -> [BodyPlace] in
            guard field.part == .open || field.part == .secret else { return [] }
            let pointer = "\(object)/\(field.name)"
            var place = BodyPlace(facts: facts, pointer: pointer, isRequired: field.isRequired)
            switch field.kind {
            case .object(let fields):
                // An update replaces an object as a whole, so nothing in it can be removed.
                return [place]
                    + places(of: fields, in: pointer, facts).map { member in
                        var member = member
                        member.isNullable = false
                        return member
                    }
            case .keyedList(let list):
                return [place]
                    + ["\(pointer)/0", "\(pointer)/1"].flatMap { element in
                        [
                            BodyPlace(facts: facts, pointer: element, isRequired: false),
                            BodyPlace(facts: facts, pointer: "\(element)/name"),
                        ] + places(of: list.fields, in: element, facts)
                    }
            default:
                place.isNullable = !field.isRequired
                return [place]
            }
        }
    }

    static let all = CredentialFacts.all.flatMap(all(of:))
}

@Suite("Creating a connection")
struct CreateTests {
    @Test("takes a body with everything that is declared", arguments: CredentialFacts.all)
    func takesAll(_ facts: CredentialFacts) {
        #expect(pointers(ofCreating: Sample.body(facts)) == [])
    }

    @Test("takes a body with only what is required", arguments: CredentialFacts.all)
    func takesRequired(_ facts: CredentialFacts) {
        let body = BodyPlace.all(of: facts).filter { !$0.isRequired }.reversed().reduce(Sample.body(facts)) {
            $0.with($1.pointer, nil)
        }
        #expect(pointers(ofCreating: body) == [])
    }

    @Test("points at whichever required member is missing", arguments: BodyPlace.all.filter(\.isRequired))
    func missing(_ place: BodyPlace) {
        let body = Sample.body(place.facts).with(place.pointer, nil)
        #expect(pointers(ofCreating: body) == [place.pointer])
    }

    @Test("does without any optional member", arguments: BodyPlace.all.filter { !$0.isRequired })
    func withoutOptional(_ place: BodyPlace) {
        #expect(pointers(ofCreating: Sample.body(place.facts).with(place.pointer, nil)) == [])
    }

    private static let kinds: [JSONValue] = [
        .null, true, 17, .number(1.5), [], .object([]), "", [.string(Sample.secretMarker)],
        ["member": .string(Sample.secretMarker)], .string(Sample.secretMarker),
    ]

    @Test("points at a member of a wrong kind, whatever kind that is", arguments: BodyPlace.all)
    func wrongKind(_ place: BodyPlace) throws {
        let body = Sample.body(place.facts)
        let kind = try #require(body.at(place.pointer)).kindName
        for value in Self.kinds where value.kindName != kind {
            let problems = problems { () throws(InvalidDocument) in try create(body.with(place.pointer, value)) }
            #expect(problems.map(\.pointer) == [place.pointer], "\(value.kindName)")
            #expect(problems.allSatisfy { !$0.detail.contains(Sample.secretMarker) })
        }
    }

    @Test(
        "points at a member that it does not know, at every level",
        arguments: BodyPlace.all.filter { Sample.body($0.facts).at($0.pointer)?.kindName == "object" }
    )
    func unknownMember(_ place: BodyPlace) {
        for name in ["unknown", "Name", "deleted", "value ", "api-token"] {
            let pointer = "\(place.pointer)/\(name)"
            let body = Sample.body(place.facts).with(pointer, .string(Sample.secretMarker))
            let problems = problems { () throws(InvalidDocument) in try create(body) }
            #expect(problems.map(\.pointer) == [pointer])
            #expect(problems.allSatisfy { !$0.detail.contains(Sample.secretMarker) })
        }
    }

    @Test("points at a member beside `data`")
    func unknownAtRoot() {
        for name in ["Meta", "included", "attributes"] {
            let body = Sample.body(CredentialFacts.all[1]).with("/\(name)", ["a": .string(Sample.secretMarker)])
            #expect(pointers(ofCreating: body) == ["/\(name)"])
        }
        // Of what is looked past, the kind is looked at.
        let body = Sample.body(CredentialFacts.all[1]).with("/meta", .string(Sample.secretMarker))
        #expect(pointers(ofCreating: body) == ["/meta"])
    }

    @Test("refuses an integration that it does not know", arguments: ["", "openai", "OpenAI ", "Jira", "OpenAIAPIKey"])
    func unknownIntegration(_ type: String) {
        let body = Sample.body(CredentialFacts.all[1]).with("\(Place.integration)/type", .string(type))
        #expect(pointers(ofCreating: body) == ["\(Place.integration)/type"])
    }

    @Test("refuses the credential type of any other integration", arguments: CredentialFacts.all)
    func foreignCredentials(_ facts: CredentialFacts) {
        for other in CredentialFacts.all where other.integration != facts.integration {
            let body = Sample.body(facts).with("\(Place.credentials)/type", .string(other.type))
            #expect(pointers(ofCreating: body) == ["\(Place.credentials)/type"])
        }
    }

    @Test(
        "takes tags of a key and a value, but for the key that is reserved",
        arguments: [
            ("a:b", true), ("env:prod", true), ("ключ:значение", true), ("a key:a value", true), ("defaults:x", true),
            ("x:default", true), ("", false), (":", false), ("a", false), ("a:", false), (":b", false),
            ("a:b:c", false),
            ("default:x", false), ("default", false), ("a:b\n", false),
            ("a:" + String(repeating: "b", count: 199), false),
        ]
    )
    func tags(_ tag: String, isTaken: Bool) throws {
        let body = Sample.body(try #require(CredentialFacts.all.first)).with("\(Place.attributes)/tags", [.string(tag)])
        #expect(pointers(ofCreating: body) == (isTaken ? [] : ["\(Place.attributes)/tags/0"]))
        #expect(SchemaCheck.accepts(body, JSONSchema.body(of: .connection, for: .create)) == isTaken)
    }

    @Test("tells every fault of a body at once")
    func allFaults() throws {
        let http = try #require(CredentialFacts.all.first { $0.integration == "HTTP" })
        let body = Sample.body(http)
            .with("/extra", 1)
            .with("/data/type", "connection")
            .with("/data/extra", 1)
            .with(Place.name, "")
            .with("\(Place.attributes)/tags", ["ok:1", 5, ""])
            .with("\(Place.integration)/base_url", "ftp://example.com")
            .with("\(Place.credentials)/body/content", 5)
            .with("\(Place.credentials)/body/charset", "utf-8")
            .with("\(Place.credentials)/headers/0/name", "not a name")
            .with("\(Place.credentials)/headers/1/value", "a\r\nb")
            .with("\(Place.credentials)/tokens/0/value", "")
            .with("\(Place.credentials)/tokens/1/name", "first")
            .with("\(Place.credentials)/tokens/1/type", "PUBLIC")
            .with("\(Place.credentials)/url_parameters/0/value", nil)
        #expect(
            Set(pointers(ofCreating: body)) == [
                "/extra",
                "/data/type",
                "/data/extra",
                Place.name,
                "\(Place.attributes)/tags/1",
                "\(Place.attributes)/tags/2",
                "\(Place.integration)/base_url",
                "\(Place.credentials)/body/content",
                "\(Place.credentials)/body/charset",
                "\(Place.credentials)/headers/0/name",
                "\(Place.credentials)/headers/1/value",
                "\(Place.credentials)/tokens/0/value",
                "\(Place.credentials)/tokens/1/name",
                "\(Place.credentials)/tokens/1/type",
                "\(Place.credentials)/url_parameters/0/value",
            ]
        )
        #expect(pointers(ofCreating: body).count == 15)
    }

    @Test("quotes no value of a body that is wrong everywhere", arguments: CredentialFacts.all)
    func quotesNothing(_ facts: CredentialFacts) {
        let wrong: JSONValue = .string("\(Sample.secretMarker)\0\n{{ \(Sample.secretMarker) }}")
        for value in [wrong, [wrong], ["member": wrong]] as [JSONValue] {
            for place in BodyPlace.all(of: facts) {
                let body = Sample.body(facts).with(place.pointer, value)
                for problem in problems({ () throws(InvalidDocument) in try create(body) }) {
                    #expect(!problem.detail.contains(Sample.secretMarker))
                    #expect(!problem.detail.contains(Sample.openMarker))
                    #expect(!problem.pointer.contains(Sample.secretMarker))
                }
            }
        }
    }

    @Test(
        "refuses an empty credential",
        arguments: CredentialFacts.all.flatMap { facts in facts.secrets.sorted().map { (facts, $0) } }
    )
    func emptySecret(_ facts: CredentialFacts, _ name: String) {
        let pointer = "\(Place.credentials)/\(name)"
        #expect(pointers(ofCreating: Sample.body(facts).with(pointer, "")) == [pointer])
    }

    @Test(
        "refuses an account ID that is not 12 digits",
        arguments: ["", "1", "12345678901", "1234567890123", "12345678901x", "１２３４５６７８９０１２"]
    )
    func accountID(_ text: String) {
        let pointer = "\(Place.credentials)/account_id"
        #expect(pointers(ofCreating: Sample.body(CredentialFacts.all[0]).with(pointer, .string(text))) == [pointer])
    }

    @Test(
        "refuses a tenant that would lead elsewhere",
        arguments: ["..", ".", "a..b", "../x", "a/b", "a?b", "a#b", "a%2f", "a b", "", "contoso.", ".contoso"]
    )
    func tenant(_ text: String) throws {
        let azure = try #require(CredentialFacts.all.first { $0.integration == "Azure" })
        let pointer = "\(Place.credentials)/tenant_id"
        #expect(pointers(ofCreating: Sample.body(azure).with(pointer, .string(text))) == [pointer])
    }

    @Test(
        "takes a tenant's ID or domain",
        arguments: ["72f988bf-86f1-41af-91ab-2d7cd011db47", "contoso.onmicrosoft.com", "common"]
    )
    func validTenant(_ text: String) throws {
        let azure = try #require(CredentialFacts.all.first { $0.integration == "Azure" })
        let body = Sample.body(azure).with("\(Place.credentials)/tenant_id", .string(text))
        #expect(pointers(ofCreating: body) == [])
    }
}

@Suite("A created connection")
struct CreatedTests {
    @Test("answers what was sent, with `\"\"` for each secret", arguments: CredentialFacts.all)
    func answers(_ facts: CredentialFacts) throws {
        let body = Sample.body(facts)
        let created = try create(body)
        for place in BodyPlace.all(of: facts) where place.pointer != "/data" {
            let sent = try #require(body.at(place.pointer))
            let answered = try #require(created.document.at(String(place.pointer.dropFirst("/data".count))))
            guard case .string(let text) = sent else { continue }
            if text.string.contains(Sample.secretMarker) {
                #expect(answered == "", "\(place.pointer)")
            } else {
                #expect(answered == sent, "\(place.pointer)")
            }
        }
    }

    @Test("holds no secret in its public document", arguments: CredentialFacts.all)
    func holdsNoSecret(_ facts: CredentialFacts) throws {
        #expect(!(try create(Sample.body(facts)).document.json.contains(Sample.secretMarker)))
    }

    @Test("gives its secrets apart, under their addresses", arguments: CredentialFacts.all)
    func partsSecrets(_ facts: CredentialFacts) throws {
        let created = try create(Sample.body(facts))
        var expected = facts.secrets.map(address)
        if facts.integration == "HTTP" { expected = [address("tokens/first/value"), address("tokens/second/value")] }
        #expect(Set(created.secretAddresses) == Set(expected))
        #expect(created.secrets.count == expected.count)
        for address in expected {
            let name = String(address.split(separator: "/").last ?? "")
            let isTheOneSent = created.secret(address) == "\(Sample.secretMarker) \(name)"
            #expect(isTheOneSent)
        }
        #expect(created.keptSecrets == [])
    }

    @Test("has the id that it was given, whatever the body said", arguments: ["x", 5, .null, ["a": 1]] as [JSONValue])
    func ignoresID(_ id: JSONValue) throws {
        let body = Sample.body(CredentialFacts.all[1]).with("/data/id", id)
        #expect(try create(body).document["id"] == .string(Sample.id.description))
    }

    @Test(
        "has the issued fields, whatever the body said of them",
        arguments: [.null, "", "mine", 5, true, [], ["a": 1]] as [JSONValue]
    )
    func ignoresIssued(_ value: JSONValue) throws {
        let body = Sample.body(CredentialFacts.all[0])
            .with("\(Place.credentials)/external_id", value)
            .with("\(Place.credentials)/principal_id", value)
        let credentials = try #require(try create(body).credentials)
        #expect(credentials["external_id"]?.text?.string == "issued external_id")
        #expect(credentials["principal_id"]?.text?.string == "issued principal_id")
    }

    @Test("has the issued fields when the body does not mention them")
    func issues() throws {
        let credentials = try #require(try create(Sample.body(CredentialFacts.all[0])).credentials)
        #expect(credentials["external_id"]?.text?.string == "issued external_id")
        #expect(credentials["principal_id"]?.text?.string == "issued principal_id")
    }

    @Test("has its members in the reference's order")
    func order() throws {
        let body: JSONValue = [
            "data": [
                "attributes": [
                    "name": "Production",
                    "integration": [
                        "type": "AWS",
                        "credentials": ["type": "AWSAssumeRole", "role": "Keyway", "account_id": "123456789012"],
                    ],
                ],
                "type": "action_connection",
            ]
        ]
        let expected =
            #"{"id":"0193cb20-1234-7abc-8def-0123456789ab","type":"action_connection","attributes":"#
            + #"{"integration":{"credentials":{"account_id":"123456789012","external_id":"issued external_id","#
            + #""principal_id":"issued principal_id","role":"Keyway","type":"AWSAssumeRole"},"type":"AWS"},"#
            + #""name":"Production"}}"#
        #expect(try create(body).document.json == expected)
    }

    @Test("has no member that was not sent")
    func absentOptionals() throws {
        let datadog = try #require(CredentialFacts.all.first { $0.integration == "Datadog" })
        let body = Sample.body(datadog)
            .with("\(Place.credentials)/subdomain", nil)
            .with("\(Place.attributes)/tags", nil)
        let document = try create(body).document
        #expect(document.at("/attributes/integration/credentials/subdomain") == nil)
        #expect(document.at("/attributes/tags") == nil)
    }
}
