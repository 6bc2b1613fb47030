public import Foundation

/// Which server to speak to, with which keys, and how patiently.
public struct Configuration: Sendable, Hashable {
    /// Where the API is served.
    public var site: Site
    /// The API key, which names the organisation; without one the header is not sent.
    public var apiKey: Secret?
    /// The application key, which names who acts; without one the header is not sent.
    public var applicationKey: Secret?
    /// An access token, which stands in the place of both keys; with one, neither is sent.
    public var accessToken: Secret?
    /// Whether and how often to repeat a request that failed.
    public var retries: RetryPolicy
    /// How long the server may be silent before an attempt is given up.
    public var timeout: Duration
    /// The product that uses the library, which goes before its own user agent: `my-tool/1.2`.
    public var product: String?

    /// Says it all in code.
    ///
    /// - Parameters:
    ///   - site: Where the API is served.
    ///   - apiKey: The API key, which names the organisation.
    ///   - applicationKey: The application key, which names who acts.
    ///   - retries: Whether and how often to repeat a request that failed.
    ///   - timeout: How long the server may be silent before an attempt is given up.
    ///   - product: The product that uses the library, such as `my-tool/1.2`.
    public init(
        site: Site = .us1,
        apiKey: Secret?,
        applicationKey: Secret?,
        retries: RetryPolicy = .off,
        timeout: Duration = .seconds(60),
        product: String? = nil
    ) {
        self.site = site
        self.apiKey = apiKey
        self.applicationKey = applicationKey
        self.retries = retries
        self.timeout = timeout
        self.product = product
    }

    /// Says it all in code, for a caller with an access token.
    ///
    /// - Parameters:
    ///   - site: Where the API is served.
    ///   - accessToken: A personal access token, or one of a service account.
    ///   - retries: Whether and how often to repeat a request that failed.
    ///   - timeout: How long the server may be silent before an attempt is given up.
    ///   - product: The product that uses the library, such as `my-tool/1.2`.
    public init(
        site: Site = .us1,
        accessToken: Secret,
        retries: RetryPolicy = .off,
        timeout: Duration = .seconds(60),
        product: String? = nil
    ) {
        self.init(
            site: site,
            apiKey: nil,
            applicationKey: nil,
            retries: retries,
            timeout: timeout,
            product: product
        )
        self.accessToken = accessToken
    }

    /// Takes `DD_SITE`, `DD_API_KEY`, `DD_APP_KEY` and `DD_BEARER_TOKEN` from the environment; all else is as in code.
    ///
    /// `DD_SITE` may be a URL too. A variable that is missing or empty is as one that was not set.
    ///
    /// - Parameter environment: The environment's variables.
    /// - Throws: ``DatadogError`` with the code `configuration` if `DD_SITE` is neither a known site nor a URL.
    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(DatadogError) {
        func variable(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        self.init(
            apiKey: variable("DD_API_KEY").map(Secret.init),
            applicationKey: variable("DD_APP_KEY").map(Secret.init)
        )
        accessToken = variable("DD_BEARER_TOKEN").map(Secret.init)
        if let name = variable("DD_SITE") {
            guard let site = Site(named: name) else {
                let known = Site.known.compactMap { $0.baseURL.host?.dropFirst("api.".count) }
                throw DatadogError(
                    .configuration,
                    details: "DD_SITE is neither a URL nor one of \(known.joined(separator: ", "))"
                )
            }
            self.site = site
        }
    }

    /// As the official clients name themselves.
    var userAgent: String {
        let own =
            "datadog-api-client-swift/\(Version.text) (swift \(Version.swift); os \(Version.system); arch \(Version.architecture))"
        return product.map { "\($0) \(own)" } ?? own
    }
}
