import Connections
import DatadogClient
import Documents
import Foundation
import Testing

@Suite("Every credential type of the catalogue", .timeLimit(.minutes(10)))
struct CatalogueAgreementTests {
    /// An integration with all members of one credential type.
    struct Example: Sendable, CustomTestStringConvertible {
        let type: String
        let credentialType: String
        let whole: DatadogClient.JSONValue
        let update: DatadogClient.JSONValue

        var testDescription: String { credentialType }
    }

    static let examples: [Example] = IntegrationCatalogue.all.flatMap { integration in
        integration.credentials.map { variant in
            Example(
                type: integration.type,
                credentialType: variant.type,
                whole: example(integration, variant, isUpdate: false),
                update: example(integration, variant, isUpdate: true)
            )
        }
    }

    @Test("reads and writes all its members", arguments: examples)
    func whole(_ example: Example) throws {
        let integration = try Integration(json: example.whole)
        #expect(integration.type == example.type)
        // Other members than the catalogue's would be missing here, an unknown case would be seen.
        #expect(integration.json(secrets: .revealed).sorted == example.whole.sorted)
        if case .unknown = integration { Issue.record("unknown integration") }
        #expect(!"\(integration)".contains("unknown"))
        #expect(!"\(integration)".contains("secret-value"))
    }

    @Test("reads and writes all changes to its members", arguments: examples)
    func update(_ example: Example) throws {
        let update = try IntegrationUpdate(json: example.update)
        #expect(update.type == example.type)
        #expect(update.json(secrets: .revealed).sorted == example.update.sorted)
        #expect(!"\(update)".contains("unknown"))
    }

    @Test("of which there are 25, of 24 integrations")
    func count() {
        #expect(Self.examples.count == 25)
        #expect(Set(Self.examples.map(\.type)).count == 24)
    }

    private static func example(
        _ integration: Connections.Integration,
        _ variant: Variant,
        isUpdate: Bool
    ) -> DatadogClient.JSONValue {
        var members = integration.fields.map { member($0, isUpdate: isUpdate) }
        let credentials = variant.fields.filter { field in
            switch field.part {
            case .issued: !isUpdate
            case .reissues: isUpdate
            default: true
            }
        }
        members.append(.init(name: "type", value: .string(integration.type)))
        members.append(
            .init(
                name: "credentials",
                value: .object(
                    JSONObject(
                        [.init(name: "type", value: .string(variant.type))]
                            + credentials.map { member($0, isUpdate: isUpdate) }
                    )
                )
            )
        )
        return .object(JSONObject(members))
    }

    private static func member(_ field: Field, isUpdate: Bool) -> JSONObject.Member {
        let value: DatadogClient.JSONValue =
            switch field.kind {
            case .text: field.part == .secret ? "secret-value" : "text"
            case .flag: true
            case .constant(let value): .string(value)
            case .object(let fields): .object(JSONObject(fields.map { member($0, isUpdate: false) }))
            case .keyedList(let list):
                [
                    .object(
                        JSONObject(
                            [.init(name: "name", value: "n")] + list.fields.map { member($0, isUpdate: isUpdate) }
                                + (isUpdate ? [.init(name: "deleted", value: false)] : [])
                        )
                    )
                ]
            default: nil
            }
        return .init(name: field.name, value: value)
    }
}
