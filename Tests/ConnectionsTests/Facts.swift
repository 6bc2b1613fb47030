import Connections
import Documents
import Testing

/// The reference's words on one credential type, written by hand, so that a slip in a declaration shows.
struct CredentialFacts: Sendable, Equatable, CustomTestStringConvertible {
    let integration: String
    let type: String
    /// Members of the integration beside `type` and `credentials`, all required.
    var integrationFields: Set<String> = []
    /// Required members that are answered.
    var required: Set<String> = []
    /// Required members that are never answered.
    var secrets: Set<String> = []
    var optional: Set<String> = []
    /// Members that the service sets.
    var issued: Set<String> = []
    /// Members of updates alone.
    var updateOnly: Set<String> = []
    /// Members that decide where secrets are sent.
    var destination: Set<String> = []

    var testDescription: String { "\(integration)/\(type)" }
}

extension CredentialFacts {
    /// In the reference's order.
    static let all = [
        CredentialFacts(
            integration: "AWS",
            type: "AWSAssumeRole",
            required: ["account_id", "role"],
            issued: ["external_id", "principal_id"],
            updateOnly: ["generate_new_external_id"]
        ),
        CredentialFacts(integration: "Anthropic", type: "AnthropicAPIKey", secrets: ["api_token"]),
        CredentialFacts(integration: "Asana", type: "AsanaAccessToken", secrets: ["access_token"]),
        CredentialFacts(
            integration: "Azure",
            type: "AzureTenant",
            required: ["app_client_id", "tenant_id"],
            secrets: ["client_secret"],
            optional: ["custom_scopes"],
            destination: ["tenant_id"]
        ),
        CredentialFacts(integration: "CircleCI", type: "CircleCIAPIKey", secrets: ["api_token"]),
        CredentialFacts(integration: "Clickup", type: "ClickupAPIKey", secrets: ["api_token"]),
        CredentialFacts(integration: "Cloudflare", type: "CloudflareAPIToken", secrets: ["api_token"]),
        CredentialFacts(
            integration: "Cloudflare",
            type: "CloudflareGlobalAPIToken",
            required: ["auth_email"],
            secrets: ["global_api_key"]
        ),
        CredentialFacts(
            integration: "ConfigCat",
            type: "ConfigCatSDKKey",
            required: ["api_username"],
            secrets: ["api_password", "sdk_key"]
        ),
        CredentialFacts(
            integration: "Datadog",
            type: "DatadogAPIKey",
            required: ["datacenter"],
            secrets: ["api_key", "app_key"],
            optional: ["subdomain"],
            destination: ["datacenter"]
        ),
        CredentialFacts(integration: "Fastly", type: "FastlyAPIKey", secrets: ["api_key"]),
        CredentialFacts(
            integration: "Freshservice",
            type: "FreshserviceAPIKey",
            required: ["domain"],
            secrets: ["api_key"],
            destination: ["domain"]
        ),
        CredentialFacts(
            integration: "GCP",
            type: "GCPServiceAccount",
            required: ["service_account_email"],
            secrets: ["private_key"]
        ),
        CredentialFacts(integration: "Gemini", type: "GeminiAPIKey", secrets: ["api_key"]),
        CredentialFacts(integration: "Gitlab", type: "GitlabAPIKey", secrets: ["api_token"]),
        CredentialFacts(integration: "GreyNoise", type: "GreyNoiseAPIKey", secrets: ["api_key"]),
        CredentialFacts(
            integration: "HTTP",
            type: "HTTPTokenAuth",
            integrationFields: ["base_url"],
            optional: ["body", "headers", "tokens", "url_parameters"],
            destination: ["base_url"]
        ),
        CredentialFacts(integration: "LaunchDarkly", type: "LaunchDarklyAPIKey", secrets: ["api_token"]),
        CredentialFacts(integration: "Notion", type: "NotionAPIKey", secrets: ["api_token"]),
        CredentialFacts(
            integration: "Okta",
            type: "OktaAPIToken",
            required: ["domain"],
            secrets: ["api_token"],
            destination: ["domain"]
        ),
        CredentialFacts(integration: "OpenAI", type: "OpenAIAPIKey", secrets: ["api_token"]),
        CredentialFacts(
            integration: "ServiceNow",
            type: "ServiceNowBasicAuth",
            required: ["instance", "username"],
            secrets: ["password"],
            destination: ["instance"]
        ),
        CredentialFacts(integration: "Split", type: "SplitAPIKey", secrets: ["api_key"]),
        CredentialFacts(integration: "Statsig", type: "StatsigAPIKey", secrets: ["api_key"]),
        CredentialFacts(integration: "VirusTotal", type: "VirusTotalAPIKey", secrets: ["api_key"]),
    ]
}

/// Describes one member's declaration: `required text`, `optional list`, …
func summary(of field: Field) -> String {
    let presence =
        switch field.part {
        case .open: field.isRequired ? "required" : "optional"
        case .secret: field.isRequired ? "secret" : "optional secret"
        case .withheldSecret: "withheld secret"
        case .issued: "issued"
        case .renewed: "renewed"
        case .issuedUnlessSent: "issued unless sent"
        case .reissues(let name): "reissues \(name) by a"
        }
    let kind =
        switch field.kind {
        case .text: "text"
        case .flag: "flag"
        case .number: "number"
        case .scalars: "scalars"
        case .constant(let value): "constant \(value)"
        case .texts: "texts"
        case .object: "object"
        case .group: "group"
        case .list: "list of objects"
        case .keyedList: "list"
        case .variants: "variants"
        case .choice: "choice"
        }
    return "\(presence) \(kind)"
}

@Suite("The catalogue")
struct CatalogueTests {
    /// The declarations in the words of the facts.
    private static let declared: [CredentialFacts] = IntegrationCatalogue.all.flatMap { integration in
        integration.credentials.map { shape in
            func names(_ condition: (Field) -> Bool) -> Set<String> {
                Set(shape.fields.filter(condition).map(\.name))
            }
            return CredentialFacts(
                integration: integration.type,
                type: shape.type,
                integrationFields: Set(integration.fields.map(\.name)),
                required: names { $0.part == .open && $0.isRequired },
                secrets: names { $0.part == .secret && $0.isRequired },
                optional: names { $0.part == .open && !$0.isRequired },
                issued: names { $0.part == .issued },
                updateOnly: names { if case .reissues = $0.part { true } else { false } },
                destination: Set((integration.fields + shape.fields).filter { $0.destination != nil }.map(\.name))
            )
        }
    }

    @Test("declares what the reference says", arguments: CredentialFacts.all)
    func declares(_ facts: CredentialFacts) {
        #expect(Self.declared.filter { $0.type == facts.type } == [facts])
    }

    @Test("has all 24 integrations and 25 credential types, in the reference's order, and no other")
    func order() {
        #expect(Self.declared.map(\.type) == CredentialFacts.all.map(\.type))
        #expect(Self.declared.map(\.integration) == CredentialFacts.all.map(\.integration))
        #expect(IntegrationCatalogue.all.count == 24)
        #expect(CredentialFacts.all.count == 25)
    }

    @Test(
        "declares the members of HTTP's parts",
        arguments: [
            ("body", ["content: optional text", "content_type: optional text"]),
            ("headers", ["value: required text"]),
            ("tokens", ["type: required constant SECRET", "value: secret text"]),
            ("url_parameters", ["value: required text"]),
        ]
    )
    func httpParts(_ name: String, members: [String]) throws {
        let field = try #require(Integration.http.credentials.first?.fields.first { $0.name == name })
        let fields: [Field] =
            switch field.kind {
            case .object(let fields): fields
            case .keyedList(let list): list.fields
            default: []
            }
        #expect(fields.map { "\($0.name): \(summary(of: $0))" } == members)
    }

    @Test("declares every member of an integration as text, but for HTTP's parts and the flag of updates")
    func kinds() {
        let others = IntegrationCatalogue.all.flatMap(\.credentials).flatMap(\.fields).map(summary).filter {
            !$0.hasSuffix(" text")
        }
        #expect(
            others == [
                "reissues external_id by a flag", "optional object", "optional list", "optional list", "optional list",
            ]
        )
    }

    @Test("helps with each integration, credential type and member", arguments: IntegrationCatalogue.all)
    func helps(_ integration: Integration) {
        let helps = integration.credentials.flatMap { [$0.help] + $0.fields.map(\.help) } + [integration.title]
        #expect(
            helps.allSatisfy {
                !$0.isEmpty && !$0.hasSuffix(".") && $0.first?.isLowercase == false || $0.hasPrefix("true")
            }
        )
    }
}
