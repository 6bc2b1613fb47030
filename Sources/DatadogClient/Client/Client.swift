/// A client of Datadog's Action Connection API, AWS Integration API and the keys and users around them: of Datadog's
/// own sites and of Keyway alike.
///
///     let client = Client(try Configuration())
///     let connection = try await client.connections.create(
///         NewConnection(name: "OpenAI", integration: .openAI(.apiKey(OpenAIAPIKey(apiToken: token))))
///     )
///
/// All operations throw ``DatadogError``; `CancellationError` if their task was cancelled.
public struct Client: Sendable {
    let requester: Requester

    /// Speaks to a server.
    ///
    /// - Parameters:
    ///   - configuration: Which server, with which keys, and how patiently.
    ///   - transport: What carries the requests; left out, a new ``SocketTransport`` for a plain HTTP server on this
    ///     machine, and a new ``URLSessionTransport`` for all others. Clients that share one share its connections.
    public init(_ configuration: Configuration, transport: (any Transport)? = nil) {
        let isOnThisMachine = SocketTransport.isFit(for: configuration.site.baseURL)
        self.init(
            configuration,
            transport: transport ?? (isOnThisMachine ? SocketTransport() : URLSessionTransport()),
            clock: ContinuousClock(),
            jitter: { .random(in: 0...1) }
        )
    }

    /// As the other initializer, with time and chance under control.
    init(
        _ configuration: Configuration,
        transport: any Transport,
        clock: any Clock<Duration>,
        jitter: @escaping @Sendable () -> Double
    ) {
        requester = Requester(configuration: configuration, transport: transport, clock: clock, jitter: jitter)
    }

    /// Connections to third-party systems.
    public var connections: ConnectionOperations { ConnectionOperations(requester: requester) }
    /// Which application keys may be used on connections.
    public var appKeyRegistrations: AppKeyRegistrationOperations { AppKeyRegistrationOperations(requester: requester) }
    /// The restriction policies of single connections.
    public var restrictionPolicies: RestrictionPolicyOperations { RestrictionPolicyOperations(requester: requester) }
    /// The audit log.
    public var audit: AuditOperations { AuditOperations(requester: requester) }
    /// AWS accounts, and what belongs to setting one up.
    public var awsAccounts: AWSAccountOperations { AWSAccountOperations(requester: requester) }
    /// Where AWS accounts' cost and usage reports lie.
    public var ccmConfigs: CCMConfigOperations { CCMConfigOperations(requester: requester) }
    /// The organisation's API keys.
    public var apiKeys: APIKeyOperations { APIKeyOperations(requester: requester) }
    /// Application keys.
    public var applicationKeys: ApplicationKeyOperations { ApplicationKeyOperations(requester: requester) }
    /// Personal access tokens.
    public var personalAccessTokens: AccessTokenOperations {
        AccessTokenOperations(
            requester: requester,
            path: ["v2", "personal_access_tokens"],
            type: AccessToken.personalType
        )
    }
    /// The access tokens of a service account.
    ///
    /// - Parameter id: The id of the service account.
    /// - Returns: The operations on its tokens.
    public func accessTokens(ofServiceAccount id: User.ID) -> AccessTokenOperations {
        AccessTokenOperations(
            requester: requester,
            path: ["v2", "service_accounts", id, "access_tokens"],
            type: AccessToken.serviceType
        )
    }
    /// Tokens that act through connections, and do nothing else.
    public var actTokens: ActTokenOperations { ActTokenOperations(requester: requester) }
    /// Sessions of a Keyway server's forward proxy.
    public var proxySessions: ProxySessionOperations { ProxySessionOperations(requester: requester) }
    /// Users and service accounts.
    public var users: UserOperations { UserOperations(requester: requester) }
    /// Roles and who has them.
    public var roles: RoleOperations { RoleOperations(requester: requester) }
    /// Issuers whose tokens stand for service accounts. Keyway's own.
    public var tokenIssuers: TokenIssuerOperations { TokenIssuerOperations(requester: requester) }
    /// Webhooks that audit events are sent to. Keyway's own.
    public var auditWebhooks: AuditWebhookOperations { AuditWebhookOperations(requester: requester) }
    /// Whether the configured keys are valid.
    public var validation: ValidationOperations { ValidationOperations(requester: requester) }
}
