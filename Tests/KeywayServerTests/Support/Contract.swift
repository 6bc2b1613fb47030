import ActService
import Access
import Cryptography
import Documents
import HTTPServer
import JSONReading
import KeywayServer
import NetworkTypes
import Platform
import SQLiteStorage
import TestSupport
import Vault

/// The OpenAPI document as a promise that responses can be held against.
struct Contract: Sendable {
    let document: JSONValue

    /// The document of a service, read through its own endpoint.
    static let shared = Contract()

    private init() {
        let answer = Mailbox()
        let directory = TemporaryDirectory()
        if let store = try? SQLiteStore.create(in: directory.path, digest: { KeyDigest(SHA256.digest(of: $0)) }),
            let address = IPAddress("127.0.0.1")
        {
            let log = AccessLog(descriptor: open("/dev/null", O_WRONLY))
            let vault = Vault(keyring: MasterKeyring())
            let service = Service(
                store: store,
                vault: vault,
                identifiers: IdentifierGenerator(),
                egress: Fixture.egress,
                log: log
            )
            let request = DirectRequest(.get, "/openapi.json", headers: [], body: [], from: address)
            service.answer(request, to: answer)
        }
        document = (try? JSONReader.read(answer.body)) ?? .null
    }

    /// Takes a response that comes at once.
    private final class Mailbox: ServiceReply, @unchecked Sendable {
        // Safe to share: it is filled before the call that it is given to returns.
        var body: [UInt8] = []

        func whenClientLeaves(_: @escaping @Sendable () -> Void) {}

        func send(_ response: Response) { body = response.body }

        func stream(_: Response, length _: Int?, owner _: any BodyStreamOwner) -> any ServiceBodyStream {
            preconditionFailure("the description is answered at once")
        }
    }

    /// The parts of a response that the document does not promise.
    func faults(of answer: Answer, to method: HTTPMethod, _ path: String) -> [String] {
        guard let operation = operation(method, path) else { return [] }
        guard let response = operation["responses"]?[String(answer.status)] ?? operation["responses"]?["default"]
        else {
            // Of the statuses that every operation may have, those of a failing server are not listed.
            return answer.status == 500 ? [] : ["status \(answer.status) is not listed"]
        }
        if response["content"]?["*/*"] != nil { return [] }
        guard let content = response["content"]?.members.first else {
            return answer.body.isEmpty ? [] : ["a body is not listed"]
        }
        guard answer.header("Content-Type") == content.name.string else { return ["the media type is another"] }
        let isJSON = ["/json", "+json"].contains { content.name.string.hasSuffix($0) }
        guard isJSON, let schema = content.value["schema"] else { return [] }
        return SchemaValidator(document: document).faults(of: answer.json, against: schema, at: "")
    }

    private func operation(_ method: HTTPMethod, _ path: String) -> JSONValue? {
        guard method.name == method.name.uppercased() else { return nil }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let item = document["paths"]?.members.first { template in
            let parts = template.name.string.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count == segments.count
                && zip(parts, segments).allSatisfy { $0.hasPrefix("{") ? !$1.isEmpty : $0 == $1 }
        }
        return item?.value[method.name.lowercased()]
    }
}

/// Validates against the part of JSON Schema that the document uses.
struct SchemaValidator {
    let document: JSONValue

    func faults(of value: JSONValue, against schema: JSONValue, at place: String) -> [String] {
        if let reference = schema["$ref"]?.text?.string {
            guard let target = document.at(String(reference.dropFirst())) else { return ["\(reference) leads nowhere"] }
            return faults(of: value, against: target, at: place)
        }
        var faults: [String] = []
        if let types = schema["type"] {
            let names = types.text.map { [$0.string] } ?? types.elements.compactMap { $0.text?.string }
            let kind = value.kindName
            let isInteger = if case .integer = value { true } else { false }
            if !names.contains(kind), !(isInteger && names.contains("integer")) {
                return ["\(place) is of kind \(kind)"]
            }
        }
        if let constant = schema["const"], constant != value { faults.append("\(place) is not the constant") }
        if let text = value.text?.string { faults += textFaults(text, schema, place) }
        if case .integer(let number) = value, case .integer(let minimum)? = schema["minimum"], number < minimum {
            faults.append("\(place) is too small")
        }
        if let shapes = schema["oneOf"]?.elements {
            let fitting = shapes.count { self.faults(of: value, against: $0, at: place).isEmpty }
            if fitting != 1 { faults.append("\(place) fits \(fitting) of the shapes") }
        }
        if case .array(let elements) = value {
            if case .integer(let least)? = schema["minItems"], elements.count < least {
                faults.append("\(place) has too few elements")
            }
            if let items = schema["items"] {
                for (index, element) in elements.enumerated() {
                    faults += self.faults(of: element, against: items, at: "\(place)/\(index)")
                }
            }
        }
        if case .object(let members) = value { faults += memberFaults(members, schema, place) }
        return faults
    }

    private func textFaults(_ text: String, _ schema: JSONValue, _ place: String) -> [String] {
        var faults: [String] = []
        let length = text.unicodeScalars.count
        if case .integer(let least)? = schema["minLength"], length < least { faults.append("\(place) is too short") }
        if case .integer(let most)? = schema["maxLength"], length > most { faults.append("\(place) is too long") }
        if schema["format"]?.text?.string == "uuid", Identifier(text) == nil { faults.append("\(place) is no UUID") }
        return faults
    }

    private func memberFaults(_ members: [JSONValue.Member], _ schema: JSONValue, _ place: String) -> [String] {
        var faults: [String] = []
        for name in schema["required"]?.elements.compactMap({ $0.text?.string }) ?? []
        where !members.contains(where: { $0.name == name }) {
            faults.append("\(place)/\(name) is missing")
        }
        for member in members {
            let name = member.name.string
            if let property = schema["properties"]?[name] {
                faults += self.faults(of: member.value, against: property, at: "\(place)/\(name)")
            } else if schema["additionalProperties"] == false {
                faults.append("\(place)/\(name) is not described")
            }
        }
        return faults
    }
}
