package import Documents

/// A third-party system that connections act in: all that is known of it, as a value.
///
/// Validation, the parting of secrets, PATCH, the OpenAPI description, prompts and help are derived from it. A new
/// integration is a file with such a value, and a line in ``IntegrationCatalogue``.
package struct Integration: Sendable {
    /// The wire name, such as `Clickup`.
    package let type: String
    /// The system's own spelling of its name, such as `ClickUp`.
    package let title: String
    /// The address of the vendor's own reference of its API; `nil` where there is none.
    package let reference: String?
    /// Members of the integration object beside `type` and `credentials`.
    package let fields: [Field]
    /// The ways to authenticate, told apart by their wire type.
    package let credentialTypes: [CredentialType]
    /// The base URL that request paths are joined to.
    package let baseURL: BaseURL
    /// Headers of every request that are no credentials.
    package let standardHeaders: [StandardHeader]
    /// Where responses hold links that clients follow.
    package let links: ResponseLinks
    /// The members of an error that the vendor's clients read.
    package let errors: ClientErrors
    /// How long the third party may take to begin its response, in seconds; `nil` for as long as any other.
    package let timeout: Int?
    /// The path at which the vendor's clients exchange a workload's token for one of the vendor's (RFC 7523), which
    /// Keyway answers with a token of its own; `nil` if they exchange none.
    package let tokenPath: String?

    /// The settings that only this integration has. They concern acts, for which Datadog's document has no room.
    package let settings: [Field]
    /// The way in which the vendor's clients are led here.
    package let setup: ClientSetup

    package init(
        type: String,
        title: String,
        reference: String? = nil,
        fields: [Field] = [],
        baseURL: BaseURL,
        standardHeaders: [StandardHeader] = [],
        credentials: [CredentialType],
        links: ResponseLinks = .standard,
        errors: ClientErrors = .standard,
        timeout: Int? = nil,
        tokenPath: String? = nil,
        settings: [Field] = [],
        setup: ClientSetup = .none
    ) {
        self.type = type
        self.title = title
        self.reference = reference
        self.fields = fields
        self.baseURL = baseURL
        self.standardHeaders = standardHeaders
        self.credentialTypes = credentials
        self.links = links
        self.errors = errors
        self.timeout = timeout
        self.tokenPath = tokenPath
        self.settings = settings
        self.setup = setup
    }

    /// The shapes of the `credentials` object.
    package var credentials: [Variant] { credentialTypes.map(\.shape) }

    /// The integration as one shape of the `integration` object.
    package var variant: Variant {
        Variant(
            type: type,
            help: title,
            fields + [
                .variants(
                    "credentials",
                    "How Keyway authenticates at \(title)",
                    Variants(credentials, isSwitchable: true)
                )
            ]
        )
    }
}
