public import Foundation

/// Where the API is served: one of Datadog's sites, or a server of your own.
public struct Site: Sendable, Hashable, CustomStringConvertible {
    /// The URL that all paths of the API are joined to.
    public let baseURL: URL

    /// Any server, such as `http://127.0.0.1:8480`.
    ///
    /// Keys go there: without TLS everyone on the way can read them.
    ///
    /// - Parameter baseURL: An `http` or `https` URL with a host, without query or fragment.
    public init(baseURL: URL) {
        self.baseURL = baseURL
    }

    /// One of Datadog's sites.
    private init(domain: StaticString) {
        var components = URLComponents()
        components.scheme = "https"
        components.host = "api.\(domain)"
        guard let url = components.url else { preconditionFailure("every known site makes a URL") }
        baseURL = url
    }

    /// US1: `datadoghq.com`.
    public static let us1 = Site(domain: "datadoghq.com")
    /// US3: `us3.datadoghq.com`.
    public static let us3 = Site(domain: "us3.datadoghq.com")
    /// US5: `us5.datadoghq.com`.
    public static let us5 = Site(domain: "us5.datadoghq.com")
    /// EU1: `datadoghq.eu`.
    public static let eu1 = Site(domain: "datadoghq.eu")
    /// UK1: `uk1.datadoghq.com`.
    public static let uk1 = Site(domain: "uk1.datadoghq.com")
    /// AP1: `ap1.datadoghq.com`.
    public static let ap1 = Site(domain: "ap1.datadoghq.com")
    /// AP2: `ap2.datadoghq.com`.
    public static let ap2 = Site(domain: "ap2.datadoghq.com")
    /// US1-FED: `ddog-gov.com`.
    public static let us1Government = Site(domain: "ddog-gov.com")
    /// US2-FED: `us2.ddog-gov.com`.
    public static let us2Government = Site(domain: "us2.ddog-gov.com")

    /// All of Datadog's sites.
    public static let known: [Site] = [us1, us3, us5, eu1, uk1, ap1, ap2, us1Government, us2Government]

    /// The site that `DD_SITE` names.
    ///
    /// It is `nil` where the name is neither a known site's nor a URL.
    ///
    /// - Parameter name: The domain of one of Datadog's sites, such as `datadoghq.eu`, or the URL of any server. Any
    ///   other domain is refused, as the official clients do: a misspelt one would get the keys.
    public init?(named name: String) {
        if let site = Self.known.first(where: { $0.baseURL.host == "api.\(name)" }) {
            self = site
        } else if name.contains("://"), let url = URL(string: name) {
            self.init(baseURL: url)
        } else {
            return nil
        }
    }

    /// The URL.
    public var description: String { baseURL.absoluteString }

    /// The URL as text that a path can follow; `nil` if it can't be used.
    var prefix: String? {
        guard let scheme = baseURL.scheme?.lowercased(), scheme == "https" || scheme == "http",
            baseURL.host?.isEmpty == false, baseURL.query == nil, baseURL.fragment == nil, baseURL.user == nil
        else { return nil }
        var text = baseURL.absoluteString
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }
}
