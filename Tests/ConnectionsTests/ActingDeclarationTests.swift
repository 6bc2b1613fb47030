import Connections
import Documents
import Testing

@Suite("What an integration declares of acting")
struct ActingDeclarationTests {
    /// The settings that only this integration has: their kinds, and which decide where secrets are sent.
    private static let settings: [String: [String]] = [
        "AWS": ["region"],
        "Anthropic": ["api_version"],
        "Azure": ["authority (destination)", "management_url (destination)"],
        "GCP": ["scopes", "token_url (destination)"],
        "Gitlab": ["host (destination)"],
        "HTTP": ["link_members"],
        "LaunchDarkly": ["host (destination)"],
        "Notion": ["api_version"],
        "Split": ["authentication_style"],
        "Statsig": ["api_version"],
    ]

    @Test("has the settings that Datadog's document has no room for", arguments: IntegrationCatalogue.all)
    func settings(_ integration: Integration) {
        let names = integration.settings.map { "\($0.name)\($0.destination == nil ? "" : " (destination)")" }
        #expect(names == Self.settings[integration.type] ?? [])
        #expect(integration.settings.allSatisfy { !$0.isRequired && $0.part == .open && !$0.help.isEmpty })
    }

    @Test("has links in places that can be looked for at once", arguments: IntegrationCatalogue.all)
    func links(_ integration: Integration) {
        #expect(integration.links.headers.isSuperset(of: ["link", "location", "operation-location"]))
        let names = integration.links.members(at: "/storage/x").flatMap(\.names)
        #expect(names.count <= 64)
    }

    @Test("has links in members only where they are followed")
    func followed() {
        let google = Integration.gcp.links
        #expect(google.members(at: "/storage/storage/v1/b").contains { $0 == MemberPath("selfLink".utf8) })
        #expect(!google.members(at: "/compute/compute/v1/p").contains { $0 == MemberPath("selfLink".utf8) })
        #expect(Integration.openAI.links.members(at: "/v1/files").isEmpty)
    }

    @Test("names members and settings that there are", arguments: IntegrationCatalogue.all)
    func names(_ integration: Integration) {
        let settings = Set(integration.settings.map(\.name))
        #expect(Set(integration.standardHeaders.compactMap(\.setting)).isSubset(of: settings))
        for type in integration.credentialTypes {
            let members = Set(type.shape.fields.map(\.name))
            switch type.authentication {
            case .placed(let placements): #expect(Self.members(placements).isSubset(of: members))
            case .chosen(let setting, let choices):
                #expect(settings.contains(setting))
                #expect(choices.allSatisfy { Self.members($0.placements).isSubset(of: members) })
            case .assumedRole, .serviceAccount, .clientCredentials, .placeholders: break
            }
            if case .credentialHost(let name, _, _) = integration.baseURL.source { #expect(members.contains(name)) }
        }
        switch integration.baseURL.source {
        case .setting(let name, _), .settingHost(let name, _, _): #expect(settings.contains(name))
        case .integrationMember(let name): #expect(integration.fields.map(\.name) == [name])
        case .fixed, .credentialHost, .awsService, .googleService: break
        }
    }

    @Test("counts whatever names a host as part of the destination", arguments: IntegrationCatalogue.all)
    func hosts(_ integration: Integration) {
        let members = integration.credentials.flatMap(\.fields)
        let named =
            switch integration.baseURL.source {
            case .integrationMember(let name): integration.fields.first { $0.name == name }
            case .credentialHost(let name, _, _): members.first { $0.name == name }
            case .setting(let name, _), .settingHost(let name, _, _):
                integration.settings.first { $0.name == name }
            case .fixed, .awsService, .googleService: Field?.none
            }
        if let named { #expect(named.destination != nil) }
        // Those that tokens are asked for at.
        for name in ["authority", "token_url"] {
            for setting in integration.settings where setting.name == name { #expect(setting.destination == .origin) }
        }
    }

    @Test("uses every secret of a credential type that it places itself", arguments: IntegrationCatalogue.all)
    func usesSecrets(_ integration: Integration) {
        for type in integration.credentialTypes {
            guard case .placed(let placements) = type.authentication else { continue }
            let secrets = Set(type.shape.fields.filter { $0.part == .secret }.map(\.name))
            #expect(secrets.isSubset(of: Self.members(placements)))
        }
    }

    @Test(
        "pins the hosts that are derived from what a connection says",
        arguments: IntegrationCatalogue.all
    )
    func pins(_ integration: Integration) {
        let hosts = integration.baseURL.allowedHosts
        let isDerived =
            switch integration.baseURL.source {
            case .fixed, .integrationMember: false
            case .setting, .credentialHost, .settingHost, .awsService, .googleService: true
            }
        #expect((hosts != nil) == isDerived)
        #expect(hosts?.allSatisfy { $0.split(separator: ".").count >= 2 && $0 == $0.lowercased() } ?? true)
    }

    @Test(
        "takes settings of the right form",
        arguments: [
            ("AWS", "region", ["us-east-1", "cn-north-1"], ["", "us-east", "us-east-1.evil.example", "US-EAST-1"]),
            ("Anthropic", "api_version", ["2023-06-01", "v1"], ["", "a b", "a\r\nX: y", "é"]),
            ("Split", "authentication_style", ["bearer", "x-api-key"], ["", "Bearer", "basic"]),
            (
                "GCP", "scopes", ["https://www.googleapis.com/auth/cloud-platform", "a b"],
                ["", " a", "a  b", "a\nb", "a\"b"]
            ),
            (
                "GCP", "token_url", ["https://oauth2.googleapis.com/token"],
                ["", "oauth2.googleapis.com", "ftp://a.example"]
            ),
            (
                "Azure", "authority", ["https://login.microsoftonline.us"],
                ["login.microsoftonline.us", "https://u@a.example"]
            ),
            ("Gitlab", "host", ["gitlab.example.com", "gitlab.example.com:8443"], ["", "a b", "a/b"]),
        ]
    )
    func formats(type: String, name: String, good: [String], bad: [String]) throws {
        let integration = try #require(IntegrationCatalogue.all.first { $0.type == type })
        let field = try #require(integration.settings.first { $0.name == name })
        guard case .text(let format) = field.kind else {
            Issue.record("\(name) is no text")
            return
        }
        #expect(good.allSatisfy { format.fault(in: JSONText($0)) == nil })
        #expect(bad.allSatisfy { format.fault(in: JSONText($0)) != nil })
    }

    @Test(
        "reads templates",
        arguments: [
            ("", []), ("Bearer {api_token}", [.text("Bearer "), .member("api_token")]), ("{a}", [.member("a")]),
            ("{a}:{b}x", [.member("a"), .text(":"), .member("b"), .text("x")]),
        ] as [(String, [Template.Part])]
    )
    func templates(text: String, parts: [Template.Part]) {
        #expect(Template(stringLiteral: text).parts == parts)
    }

    /// The members of `credentials` that placements name.
    private static func members(_ placements: [Authentication.Placement]) -> Set<String> {
        let templates = placements.flatMap { placement -> [Template] in
            switch placement {
            case .header(_, let template, _), .query(_, let template): [template]
            case .basic(let user, let password): [user, password]
            case .noHeader, .noQuery: []
            }
        }
        return Set(
            templates.flatMap(\.parts).compactMap { part in
                if case .member(let name) = part { name } else { nil }
            }
        )
    }
}
