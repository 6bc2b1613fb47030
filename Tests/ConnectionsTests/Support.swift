import Connections
import Documents
import Secrets
import Testing
import TestSupport

/// Pointers of the places that tests change most.
enum Place {
    static let attributes = "/data/attributes"
    static let name = "/data/attributes/name"
    static let integration = "/data/attributes/integration"
    static let credentials = "/data/attributes/integration/credentials"
}

enum Sample {
    static let id = Identifier(high: 0x0193_cb20_1234_7abc, low: 0x8def_0123_4567_89ab)
    /// A word that stands in every open value of a sample body.
    static let openMarker = "OPENVALUE"
    /// A word that stands in every secret of a sample body.
    static let secretMarker = "HIDDENVALUE"

    /// Gives issued fields values that are told apart.
    static func issue(_ name: String) -> String { "issued \(name)" }

    /// The body of a create that holds every member declared, and two elements in each list.
    static func body(_ integration: Integration, _ shape: Variant) -> JSONValue {
        let credentials = members(of: shape.fields) + [.init("type", .string(shape.type))]
        let members =
            members(of: integration.fields) + [
                .init("credentials", .object(credentials)), .init("type", .string(integration.type)),
            ]
        return [
            "data": [
                "type": "action_connection",
                "attributes": [
                    "name": .string("\(openMarker) name"),
                    "integration": .object(members),
                    "tags": [.string("team:\(openMarker)")],
                ],
            ]
        ]
    }

    static func body(_ facts: CredentialFacts) -> JSONValue {
        let (integration, shape) = declaration(facts)
        return body(integration, shape)
    }

    static func declaration(_ facts: CredentialFacts) -> (Integration, Variant) {
        for integration in IntegrationCatalogue.all {
            for shape in integration.credentials where shape.type == facts.type { return (integration, shape) }
        }
        fatalError("the catalogue lacks \(facts.type)")
    }

    private static func members(of fields: [Field]) -> [JSONValue.Member] {
        fields.compactMap { field in value(of: field).map { .init(JSONText(field.name), $0) } }
    }

    private static func value(of field: Field) -> JSONValue? {
        switch field.part {
        case .open: break
        case .secret, .withheldSecret: return .string("\(secretMarker) \(field.name)")
        case .issued, .renewed, .issuedUnlessSent, .reissues: return nil
        }
        switch field.kind {
        case .text(let format): return .string(text(format))
        case .flag: return true
        case .number(let range): return .integer(range.lowerBound)
        case .scalars: return [.string(openMarker), 1, true, .null]
        case .constant(let value): return .string(value)
        case .texts(let format, _): return [.string(text(format))]
        case .object(let fields), .group(let fields): return .object(members(of: fields))
        case .keyedList(let list):
            return .array(["first", "second"].map { .object([.init("name", .string($0))] + members(of: list.fields)) })
        // No integration has these, except the variants that the whole body is made of.
        case .variants, .choice, .list: return nil
        }
    }

    /// The first of some texts that the format takes.
    private static func text(_ format: TextFormat) -> String {
        let texts = ["\(openMarker) text", openMarker, "https://\(openMarker).example/path", "123456789012"]
        return texts.first { format.fault(in: JSONText($0)) == nil } ?? ""
    }
}

/// Creates a connection, as the API does.
func create(_ body: JSONValue) throws(InvalidDocument) -> PartedDocument {
    try DocumentSchema.connection.create(body, id: Sample.id, issue: Sample.issue)
}

/// Updates a connection, as the API does; what is issued again differs from what was issued first.
func update(_ document: JSONValue, by body: JSONValue) throws(InvalidDocument) -> PartedDocument {
    try DocumentSchema.connection.update(body, id: Sample.id, of: document) { "new \(Sample.issue($0))" }
}

/// The body of an update with those attributes.
func patch(_ attributes: JSONValue) -> JSONValue {
    ["data": ["type": "action_connection", "attributes": attributes]]
}

/// The problems of a body, none if it is valid.
func problems(_ read: () throws(InvalidDocument) -> PartedDocument) -> [Problem] {
    do {
        _ = try read()
        return []
    } catch {
        return error.problems
    }
}

func pointers(ofCreating body: JSONValue) -> [String] {
    problems { () throws(InvalidDocument) in try create(body) }.map(\.pointer)
}

func pointers(ofUpdating document: JSONValue, by body: JSONValue) -> [String] {
    problems { () throws(InvalidDocument) in try update(document, by: body) }.map(\.pointer)
}

extension PartedDocument {
    var credentials: JSONValue? { document.at("/attributes/integration/credentials") }

    /// Addresses and values of the secrets, for comparisons whose failures print addresses alone.
    func secret(_ address: String) -> String? {
        secrets.first { $0.address == address }?.value.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    var secretAddresses: [String] { secrets.map(\.address) }
}

/// The address of a credential's member.
func address(_ name: String) -> String { "integration/credentials/\(name)" }
