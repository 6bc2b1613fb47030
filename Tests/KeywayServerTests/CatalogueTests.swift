import Connections
import Documents
import Foundation
import HTTPServer
import KeywayServer
import TestSupport
import Testing

/// A kind of credentials, with a body that has a value in every field.
struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let body: String
    /// The addresses of its secrets.
    let secrets: Set<String>

    /// One for each kind of credentials that the catalogue declares.
    static let all: [Sample] = IntegrationCatalogue.all.flatMap { integration in
        integration.credentials.map { credentials in
            var addresses: Set<String> = []
            let own = value(of: credentials, at: "integration/credentials", &addresses)
            var members: [JSONValue.Member] = [.init("type", .string(integration.type))]
            members += integration.fields.map {
                .init(JSONText($0.name), value(of: $0, at: "integration/\($0.name)", &addresses))
            }
            members.append(.init("credentials", own))
            let body: JSONValue = [
                "data": [
                    "type": "action_connection",
                    "attributes": ["name": "Test", "tags": ["team:a"], "integration": .object(members)],
                ]
            ]
            return Sample(testDescription: credentials.type, body: body.compact, secrets: addresses)
        }
    }

    /// The secret at an address. PEM may have a text before it (RFC 7468, section 2).
    static func secret(at address: String) -> String {
        Bodies.marker + address + (address.hasSuffix("/private_key") ? "\n" + PrivateKey.pem : "")
    }

    private static func value(of shape: Variant, at address: String, _ secrets: inout Set<String>) -> JSONValue {
        var members: [JSONValue.Member] = [.init("type", .string(shape.type))]
        for field in shape.fields where field.part == .open || field.part == .secret {
            members.append(.init(JSONText(field.name), value(of: field, at: "\(address)/\(field.name)", &secrets)))
        }
        return .object(members)
    }

    private static func value(of field: Field, at address: String, _ secrets: inout Set<String>) -> JSONValue {
        switch field.kind {
        case .text(let format):
            guard field.part != .secret else {
                secrets.insert(address)
                return .string(secret(at: address))
            }
            let texts = ["example.com", "123456789012", "sample", "https://example.com/a"]
            return .string(texts.first { format.fault(in: JSONText($0)) == nil } ?? "")
        case .flag: return true
        case .number(let range): return .integer(range.lowerBound)
        case .scalars: return ["sample"]
        case .constant(let text): return .string(text)
        case .texts: return ["sample"]
        case .object(let fields), .group(let fields):
            return .object(
                fields.map { .init(JSONText($0.name), value(of: $0, at: "\(address)/\($0.name)", &secrets)) }
            )
        case .keyedList(let list):
            let members: [JSONValue.Member] = list.fields.map {
                .init(JSONText($0.name), value(of: $0, at: "\(address)/sample/\($0.name)", &secrets))
            }
            return [.object([.init("name", "sample")] + members)]
        case .variants, .choice, .list: return .null
        }
    }
}

@Suite("A connection of each kind")
struct CatalogueTests {
    @Test("is created, read, changed and deleted, and its secrets are seen nowhere", arguments: Sample.all)
    func journey(_ sample: Sample) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(sample.body)
        let secrets = Dictionary(uniqueKeysWithValues: sample.secrets.map { ($0, Sample.secret(at: $0)) })
        #expect(try fixture.secrets(of: id, are: secrets))

        let get = try await fixture.send(.get, Paths.connection(id), as: fixture.admin)
        #expect(get.status == 200)
        // What was answered is sent back as it is, except the name.
        let edited = get.text.replacingOccurrences(of: #""name":"Test""#, with: #""name":"New""#)
        let patch = try await fixture.send(.patch, Paths.connection(id), body: edited)
        #expect(patch.status == 200)
        #expect(patch.text == edited)
        #expect(try fixture.secrets(of: id, are: secrets))
        let list = try await fixture.send(.get, Paths.connections, as: fixture.admin)
        #expect(list["/data/0"] == patch["/data"])

        var seen = [get.text, patch.text, list.text, fixture.service.metrics.text()] + fixture.logLines()
        seen += try fixture.events().map(\.compact)
        for file in ["keyway.db", "keyway.db-wal"] {
            seen.append(String(decoding: bytes(ofFile: "\(fixture.directory.path)/\(file)") ?? [], as: UTF8.self))
        }
        let isSeen = seen.contains { $0.contains(Bodies.marker) }
        #expect(!isSeen)

        #expect(try await fixture.send(.delete, Paths.connection(id), as: fixture.admin).status == 204)
        #expect(try await fixture.send(.get, Paths.connection(id), as: fixture.admin).status == 404)
    }

    @Test("is one of 25")
    func count() {
        #expect(Sample.all.count == 25)
        #expect(Sample.all.filter { $0.secrets.isEmpty }.map(\.testDescription) == ["AWSAssumeRole"])
    }
}
