import Acting
import Connections
import Documents
import Testing

/// A request of one credential type, written by hand from the vendors' pages, so that a slip in a declaration shows.
struct ActingFacts: Sendable, CustomTestStringConvertible {
    let integration: String
    let type: String
    /// Open members of `credentials`.
    var open: [String: String] = [:]
    let secrets: [String: String]
    var settings: JSONValue?
    /// The caller's path, and where the request goes.
    let path: String
    let url: String
    /// The headers that are added to the caller's, as they are sent.
    let headers: [String]
    /// Those in a dry run.
    let masked: [String]
    let probe: String

    var testDescription: String { "\(type)\(settings == nil ? "" : " with settings")" }

    var connection: ActConnection.Stored {
        let members = open.map { JSONValue.Member(JSONText($0.key), .string($0.value)) }
        let stored = secrets.keys.map { JSONValue.Member(JSONText($0), "") }
        return Sample.connection(integration, type, .object(members + stored), settings: settings)
    }
}

extension ActingFacts {
    private static let mask = "[keyway:redacted]"

    /// Those whose credentials stand in the request as they are.
    static let all = [
        ActingFacts(
            integration: "Anthropic",
            type: "AnthropicAPIKey",
            secrets: ["api_token": "sk-ant-1234"],
            path: "/v1/messages",
            url: "https://api.anthropic.com/v1/messages",
            headers: ["x-api-key: sk-ant-1234", "anthropic-version: 2023-06-01"],
            masked: ["x-api-key: \(mask)", "anthropic-version: 2023-06-01"],
            probe: "https://api.anthropic.com/v1/models"
        ),
        ActingFacts(
            integration: "Anthropic",
            type: "AnthropicAPIKey",
            secrets: ["api_token": "sk-ant-1234"],
            settings: ["api_version": "2030-01-01"],
            path: "",
            url: "https://api.anthropic.com/",
            headers: ["x-api-key: sk-ant-1234", "anthropic-version: 2030-01-01"],
            masked: ["x-api-key: \(mask)", "anthropic-version: 2030-01-01"],
            probe: "https://api.anthropic.com/v1/models"
        ),
        ActingFacts(
            integration: "Asana",
            type: "AsanaAccessToken",
            secrets: ["access_token": "asana-1234"],
            path: "/tasks/1",
            url: "https://app.asana.com/api/1.0/tasks/1",
            headers: ["Authorization: Bearer asana-1234"],
            masked: ["Authorization: Bearer \(mask)"],
            probe: "https://app.asana.com/api/1.0/users/me"
        ),
        ActingFacts(
            integration: "CircleCI",
            type: "CircleCIAPIKey",
            secrets: ["api_token": "circle-1234"],
            path: "/project/gh/a/b",
            url: "https://circleci.com/api/v2/project/gh/a/b",
            headers: ["Circle-Token: circle-1234"],
            masked: ["Circle-Token: \(mask)"],
            probe: "https://circleci.com/api/v2/me"
        ),
        ActingFacts(
            integration: "Clickup",
            type: "ClickupAPIKey",
            secrets: ["api_token": "pk_1234"],
            path: "/team",
            url: "https://api.clickup.com/api/v2/team",
            headers: ["Authorization: pk_1234"],
            masked: ["Authorization: \(mask)"],
            probe: "https://api.clickup.com/api/v2/user"
        ),
        ActingFacts(
            integration: "Cloudflare",
            type: "CloudflareAPIToken",
            secrets: ["api_token": "cf-1234"],
            path: "/zones",
            url: "https://api.cloudflare.com/client/v4/zones",
            headers: ["Authorization: Bearer cf-1234"],
            masked: ["Authorization: Bearer \(mask)"],
            probe: "https://api.cloudflare.com/client/v4/user/tokens/verify"
        ),
        ActingFacts(
            integration: "Cloudflare",
            type: "CloudflareGlobalAPIToken",
            open: ["auth_email": "a@example.com"],
            secrets: ["global_api_key": "cf-5678"],
            path: "/zones",
            url: "https://api.cloudflare.com/client/v4/zones",
            headers: ["X-Auth-Email: a@example.com", "X-Auth-Key: cf-5678"],
            masked: ["X-Auth-Email: a@example.com", "X-Auth-Key: \(mask)"],
            probe: "https://api.cloudflare.com/client/v4/user"
        ),
        ActingFacts(
            integration: "ConfigCat",
            type: "ConfigCatSDKKey",
            open: ["api_username": "user"],
            secrets: ["api_password": "pass", "sdk_key": "sdk-1234"],
            path: "/v1/products",
            url: "https://api.configcat.com/v1/products",
            headers: ["Authorization: Basic dXNlcjpwYXNz"],
            masked: ["Authorization: Basic \(mask)"],
            probe: "https://api.configcat.com/v1/me"
        ),
        ActingFacts(
            integration: "ConfigCat",
            type: "ConfigCatSDKKey",
            open: ["api_username": "user"],
            secrets: ["api_password": "pass", "sdk_key": "sdk-1234"],
            settings: .object([]),
            path: "/v1/settings/flag/value",
            url: "https://api.configcat.com/v1/settings/flag/value",
            headers: ["Authorization: Basic dXNlcjpwYXNz", "X-CONFIGCAT-SDKKEY: sdk-1234"],
            masked: ["Authorization: Basic \(mask)", "X-CONFIGCAT-SDKKEY: \(mask)"],
            probe: "https://api.configcat.com/v1/me"
        ),
        ActingFacts(
            integration: "Datadog",
            type: "DatadogAPIKey",
            open: ["datacenter": "us1.datadoghq.com"],
            secrets: ["api_key": "dd-api-1234", "app_key": "dd-app-1234"],
            path: "/api/v1/monitor",
            url: "https://api.datadoghq.com/api/v1/monitor",
            headers: ["DD-API-KEY: dd-api-1234", "DD-APPLICATION-KEY: dd-app-1234"],
            masked: ["DD-API-KEY: \(mask)", "DD-APPLICATION-KEY: \(mask)"],
            probe: "https://api.datadoghq.com/api/v2/validate_keys"
        ),
        ActingFacts(
            integration: "Fastly",
            type: "FastlyAPIKey",
            secrets: ["api_key": "fastly-1234"],
            path: "/service",
            url: "https://api.fastly.com/service",
            headers: ["Fastly-Key: fastly-1234"],
            masked: ["Fastly-Key: \(mask)"],
            probe: "https://api.fastly.com/tokens/self"
        ),
        ActingFacts(
            integration: "Freshservice",
            type: "FreshserviceAPIKey",
            open: ["domain": "acme.freshservice.com"],
            secrets: ["api_key": "fresh-1234"],
            path: "/api/v2/tickets",
            url: "https://acme.freshservice.com/api/v2/tickets",
            headers: ["Authorization: Basic ZnJlc2gtMTIzNDpY"],
            masked: ["Authorization: Basic \(mask)"],
            probe: "https://acme.freshservice.com/api/v2/tickets?per_page=1"
        ),
        ActingFacts(
            integration: "Gemini",
            type: "GeminiAPIKey",
            secrets: ["api_key": "AIza1234"],
            path: "/v1beta/models/gemini-pro:generateContent",
            url: "https://generativelanguage.googleapis.com/v1beta/models/gemini-pro:generateContent",
            headers: ["x-goog-api-key: AIza1234"],
            masked: ["x-goog-api-key: \(mask)"],
            probe: "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1"
        ),
        ActingFacts(
            integration: "Gitlab",
            type: "GitlabAPIKey",
            secrets: ["api_token": "glpat-1234"],
            path: "/projects/group%2Fproject",
            url: "https://gitlab.com/api/v4/projects/group%2Fproject",
            headers: ["PRIVATE-TOKEN: glpat-1234"],
            masked: ["PRIVATE-TOKEN: \(mask)"],
            probe: "https://gitlab.com/api/v4/personal_access_tokens/self"
        ),
        ActingFacts(
            integration: "Gitlab",
            type: "GitlabAPIKey",
            secrets: ["api_token": "glpat-1234"],
            settings: ["host": "GitLab.example.com:8443", "custom_domain": true],
            path: "/projects",
            url: "https://gitlab.example.com:8443/api/v4/projects",
            headers: ["PRIVATE-TOKEN: glpat-1234"],
            masked: ["PRIVATE-TOKEN: \(mask)"],
            probe: "https://gitlab.example.com:8443/api/v4/personal_access_tokens/self"
        ),
        ActingFacts(
            integration: "GreyNoise",
            type: "GreyNoiseAPIKey",
            secrets: ["api_key": "grey-1234"],
            path: "/v3/ip/1.1.1.1",
            url: "https://api.greynoise.io/v3/ip/1.1.1.1",
            headers: ["key: grey-1234"],
            masked: ["key: \(mask)"],
            probe: "https://api.greynoise.io/ping"
        ),
        ActingFacts(
            integration: "LaunchDarkly",
            type: "LaunchDarklyAPIKey",
            secrets: ["api_token": "api-1234"],
            path: "/api/v2/flags/x",
            url: "https://app.launchdarkly.com/api/v2/flags/x",
            headers: ["Authorization: api-1234"],
            masked: ["Authorization: \(mask)"],
            probe: "https://app.launchdarkly.com/api/v2/caller-identity"
        ),
        ActingFacts(
            integration: "LaunchDarkly",
            type: "LaunchDarklyAPIKey",
            secrets: ["api_token": "api-1234"],
            settings: ["host": "app.launchdarkly.us"],
            path: "/api/v2/flags/x",
            url: "https://app.launchdarkly.us/api/v2/flags/x",
            headers: ["Authorization: api-1234"],
            masked: ["Authorization: \(mask)"],
            probe: "https://app.launchdarkly.us/api/v2/caller-identity"
        ),
        ActingFacts(
            integration: "Notion",
            type: "NotionAPIKey",
            secrets: ["api_token": "ntn_1234"],
            path: "/v1/pages/1",
            url: "https://api.notion.com/v1/pages/1",
            headers: ["Authorization: Bearer ntn_1234", "Notion-Version: 2022-06-28"],
            masked: ["Authorization: Bearer \(mask)", "Notion-Version: 2022-06-28"],
            probe: "https://api.notion.com/v1/users/me"
        ),
        ActingFacts(
            integration: "Okta",
            type: "OktaAPIToken",
            open: ["domain": "acme-admin.okta.com"],
            secrets: ["api_token": "okta-1234"],
            path: "/api/v1/users",
            url: "https://acme.okta.com/api/v1/users",
            headers: ["Authorization: SSWS okta-1234"],
            masked: ["Authorization: SSWS \(mask)"],
            probe: "https://acme.okta.com/api/v1/users/me"
        ),
        ActingFacts(
            integration: "OpenAI",
            type: "OpenAIAPIKey",
            secrets: ["api_token": "sk-1234"],
            path: "/v1/chat/completions",
            url: "https://api.openai.com/v1/chat/completions",
            headers: ["Authorization: Bearer sk-1234"],
            masked: ["Authorization: Bearer \(mask)"],
            probe: "https://api.openai.com/v1/models"
        ),
        ActingFacts(
            integration: "ServiceNow",
            type: "ServiceNowBasicAuth",
            open: ["instance": "acme", "username": "admin"],
            secrets: ["password": "pa:ss"],
            path: "/api/now/table/incident",
            url: "https://acme.service-now.com/api/now/table/incident",
            headers: ["Authorization: Basic YWRtaW46cGE6c3M="],
            masked: ["Authorization: Basic \(mask)"],
            probe: "https://acme.service-now.com/api/now/table/sys_user?sysparm_limit=1"
        ),
        ActingFacts(
            integration: "Split",
            type: "SplitAPIKey",
            secrets: ["api_key": "split-1234"],
            path: "/splits/ws/1",
            url: "https://api.split.io/internal/api/v2/splits/ws/1",
            headers: ["Authorization: Bearer split-1234"],
            masked: ["Authorization: Bearer \(mask)"],
            probe: "https://api.split.io/internal/api/v2/workspaces"
        ),
        ActingFacts(
            integration: "Split",
            type: "SplitAPIKey",
            secrets: ["api_key": "split-1234"],
            settings: ["authentication_style": "x-api-key"],
            path: "/splits/ws/1",
            url: "https://api.split.io/internal/api/v2/splits/ws/1",
            headers: ["x-api-key: split-1234"],
            masked: ["x-api-key: \(mask)"],
            probe: "https://api.split.io/internal/api/v2/workspaces"
        ),
        ActingFacts(
            integration: "Statsig",
            type: "StatsigAPIKey",
            secrets: ["api_key": "console-1234"],
            path: "/console/v1/gates",
            url: "https://statsigapi.net/console/v1/gates",
            headers: ["STATSIG-API-KEY: console-1234", "STATSIG-API-VERSION: 20240601"],
            masked: ["STATSIG-API-KEY: \(mask)", "STATSIG-API-VERSION: 20240601"],
            probe: "https://statsigapi.net/console/v1/gates?limit=1"
        ),
        ActingFacts(
            integration: "VirusTotal",
            type: "VirusTotalAPIKey",
            secrets: ["api_key": "vt-1234"],
            path: "/files/abc",
            url: "https://www.virustotal.com/api/v3/files/abc",
            headers: ["x-apikey: vt-1234"],
            masked: ["x-apikey: \(mask)"],
            probe: "https://www.virustotal.com/api/v3/popular_threat_categories"
        ),
    ]
}
