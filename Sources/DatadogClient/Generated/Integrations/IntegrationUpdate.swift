// Written by GenerateDatadogClient from the integration catalogue.

/// Changes to the integration of a connection. It can't become another integration's.
///
/// Source: the Action Connection API, https://docs.datadoghq.com/api/latest/action-connection/
public enum IntegrationUpdate: APIValue {
    /// Amazon Web Services.
    case aws(AWSCredentialsUpdate)
    /// Anthropic.
    case anthropic(AnthropicCredentialsUpdate)
    /// Asana.
    case asana(AsanaCredentialsUpdate)
    /// Microsoft Azure.
    case azure(AzureCredentialsUpdate)
    /// CircleCI.
    case circleCI(CircleCICredentialsUpdate)
    /// ClickUp.
    case clickup(ClickupCredentialsUpdate)
    /// Cloudflare.
    case cloudflare(CloudflareCredentialsUpdate)
    /// ConfigCat.
    case configCat(ConfigCatCredentialsUpdate)
    /// Datadog.
    case datadog(DatadogCredentialsUpdate)
    /// Fastly.
    case fastly(FastlyCredentialsUpdate)
    /// Freshservice.
    case freshservice(FreshserviceCredentialsUpdate)
    /// Google Cloud.
    case gcp(GCPCredentialsUpdate)
    /// Gemini.
    case gemini(GeminiCredentialsUpdate)
    /// GitLab.
    case gitlab(GitlabCredentialsUpdate)
    /// GreyNoise.
    case greyNoise(GreyNoiseCredentialsUpdate)
    /// HTTP.
    case http(HTTPIntegrationUpdate)
    /// LaunchDarkly.
    case launchDarkly(LaunchDarklyCredentialsUpdate)
    /// Notion.
    case notion(NotionCredentialsUpdate)
    /// Okta.
    case okta(OktaCredentialsUpdate)
    /// OpenAI.
    case openAI(OpenAICredentialsUpdate)
    /// ServiceNow.
    case serviceNow(ServiceNowCredentialsUpdate)
    /// Split.
    case split(SplitCredentialsUpdate)
    /// Statsig.
    case statsig(StatsigCredentialsUpdate)
    /// VirusTotal.
    case virusTotal(VirusTotalCredentialsUpdate)
    /// An integration that this version does not know.
    case unknown(UnknownValue)

    /// The value of `type` on the wire; `nil` if there is none.
    public var type: String? {
        switch self {
        case .aws: "AWS"
        case .anthropic: "Anthropic"
        case .asana: "Asana"
        case .azure: "Azure"
        case .circleCI: "CircleCI"
        case .clickup: "Clickup"
        case .cloudflare: "Cloudflare"
        case .configCat: "ConfigCat"
        case .datadog: "Datadog"
        case .fastly: "Fastly"
        case .freshservice: "Freshservice"
        case .gcp: "GCP"
        case .gemini: "Gemini"
        case .gitlab: "Gitlab"
        case .greyNoise: "GreyNoise"
        case .http: "HTTP"
        case .launchDarkly: "LaunchDarkly"
        case .notion: "Notion"
        case .okta: "Okta"
        case .openAI: "OpenAI"
        case .serviceNow: "ServiceNow"
        case .split: "Split"
        case .statsig: "Statsig"
        case .virusTotal: "VirusTotal"
        case .unknown(let value): value.type
        }
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.
    public init(json: JSONValue) throws(JSONMismatch) {
        switch json["type"]?.text {
        case "AWS": self = .aws(try json.value("credentials"))
        case "Anthropic": self = .anthropic(try json.value("credentials"))
        case "Asana": self = .asana(try json.value("credentials"))
        case "Azure": self = .azure(try json.value("credentials"))
        case "CircleCI": self = .circleCI(try json.value("credentials"))
        case "Clickup": self = .clickup(try json.value("credentials"))
        case "Cloudflare": self = .cloudflare(try json.value("credentials"))
        case "ConfigCat": self = .configCat(try json.value("credentials"))
        case "Datadog": self = .datadog(try json.value("credentials"))
        case "Fastly": self = .fastly(try json.value("credentials"))
        case "Freshservice": self = .freshservice(try json.value("credentials"))
        case "GCP": self = .gcp(try json.value("credentials"))
        case "Gemini": self = .gemini(try json.value("credentials"))
        case "Gitlab": self = .gitlab(try json.value("credentials"))
        case "GreyNoise": self = .greyNoise(try json.value("credentials"))
        case "HTTP": self = .http(try HTTPIntegrationUpdate(json: json))
        case "LaunchDarkly": self = .launchDarkly(try json.value("credentials"))
        case "Notion": self = .notion(try json.value("credentials"))
        case "Okta": self = .okta(try json.value("credentials"))
        case "OpenAI": self = .openAI(try json.value("credentials"))
        case "ServiceNow": self = .serviceNow(try json.value("credentials"))
        case "Split": self = .split(try json.value("credentials"))
        case "Statsig": self = .statsig(try json.value("credentials"))
        case "VirusTotal": self = .virusTotal(try json.value("credentials"))
        default: self = .unknown(UnknownValue(json: json))
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        switch self {
        case .aws(let value):
            .object(secrets: secrets) {
                $0.add("type", "AWS")
                $0.add("credentials", value)
            }
        case .anthropic(let value):
            .object(secrets: secrets) {
                $0.add("type", "Anthropic")
                $0.add("credentials", value)
            }
        case .asana(let value):
            .object(secrets: secrets) {
                $0.add("type", "Asana")
                $0.add("credentials", value)
            }
        case .azure(let value):
            .object(secrets: secrets) {
                $0.add("type", "Azure")
                $0.add("credentials", value)
            }
        case .circleCI(let value):
            .object(secrets: secrets) {
                $0.add("type", "CircleCI")
                $0.add("credentials", value)
            }
        case .clickup(let value):
            .object(secrets: secrets) {
                $0.add("type", "Clickup")
                $0.add("credentials", value)
            }
        case .cloudflare(let value):
            .object(secrets: secrets) {
                $0.add("type", "Cloudflare")
                $0.add("credentials", value)
            }
        case .configCat(let value):
            .object(secrets: secrets) {
                $0.add("type", "ConfigCat")
                $0.add("credentials", value)
            }
        case .datadog(let value):
            .object(secrets: secrets) {
                $0.add("type", "Datadog")
                $0.add("credentials", value)
            }
        case .fastly(let value):
            .object(secrets: secrets) {
                $0.add("type", "Fastly")
                $0.add("credentials", value)
            }
        case .freshservice(let value):
            .object(secrets: secrets) {
                $0.add("type", "Freshservice")
                $0.add("credentials", value)
            }
        case .gcp(let value):
            .object(secrets: secrets) {
                $0.add("type", "GCP")
                $0.add("credentials", value)
            }
        case .gemini(let value):
            .object(secrets: secrets) {
                $0.add("type", "Gemini")
                $0.add("credentials", value)
            }
        case .gitlab(let value):
            .object(secrets: secrets) {
                $0.add("type", "Gitlab")
                $0.add("credentials", value)
            }
        case .greyNoise(let value):
            .object(secrets: secrets) {
                $0.add("type", "GreyNoise")
                $0.add("credentials", value)
            }
        case .http(let value): value.json(secrets: secrets)
        case .launchDarkly(let value):
            .object(secrets: secrets) {
                $0.add("type", "LaunchDarkly")
                $0.add("credentials", value)
            }
        case .notion(let value):
            .object(secrets: secrets) {
                $0.add("type", "Notion")
                $0.add("credentials", value)
            }
        case .okta(let value):
            .object(secrets: secrets) {
                $0.add("type", "Okta")
                $0.add("credentials", value)
            }
        case .openAI(let value):
            .object(secrets: secrets) {
                $0.add("type", "OpenAI")
                $0.add("credentials", value)
            }
        case .serviceNow(let value):
            .object(secrets: secrets) {
                $0.add("type", "ServiceNow")
                $0.add("credentials", value)
            }
        case .split(let value):
            .object(secrets: secrets) {
                $0.add("type", "Split")
                $0.add("credentials", value)
            }
        case .statsig(let value):
            .object(secrets: secrets) {
                $0.add("type", "Statsig")
                $0.add("credentials", value)
            }
        case .virusTotal(let value):
            .object(secrets: secrets) {
                $0.add("type", "VirusTotal")
                $0.add("credentials", value)
            }
        case .unknown(let value): value.raw
        }
    }
}
