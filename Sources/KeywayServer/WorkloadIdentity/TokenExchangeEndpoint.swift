import Access
import ActService
import Documents
import HTTPServer
import JSONReading
import NetworkTypes
import Storage
import Threads
import WorkloadIdentity

/// Exchanges workloads' tokens for tokens of service accounts that live for minutes (RFC 8693).
struct TokenExchangeEndpoint: Sendable {
    let store: any AccessStore & PublicDocuments & ChangeStore
    let keys: IssuerKeys
    let access: ConnectionAccess
    let identifiers: IdentifierGenerator
    /// Counts the exchanges of each service account: each leaves a token and an event.
    private let limiter = RateLimiter(limit: RateLimit(requests: 600, seconds: 60))

    static let grantType = "urn:ietf:params:oauth:grant-type:token-exchange"
    static let subjectTokenTypes = [
        "urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token",
    ]
    static let accessTokenType = "urn:ietf:params:oauth:token-type:access_token"
    /// The audiences of a token that are looked at.
    private static let audiencesAtMost = 10

    var all: [Endpoint] {
        [
            Endpoint(
                method: .post,
                path: "/api/v2/token",
                guarding: .open,
                errors: .oauth,
                description: .exchangeToken,
                handling: .exchange(exchange)
            )
        ] + assertionExchanges
    }

    init(
        store: any AccessStore & PublicDocuments & ChangeStore,
        keys: IssuerKeys,
        access: ConnectionAccess,
        identifiers: IdentifierGenerator
    ) {
        self.store = store
        self.keys = keys
        self.access = access
        self.identifiers = identifiers
    }

    /// The organisation's issuer that a token names, with what it was read from.
    struct Found {
        let issuer: TokenIssuer
        let organization: Identifier
        let revision: Int64
    }

    /// The service account that a workload stands for.
    struct Account {
        let user: User
        let roles: [Role]
        let scopes: [String]?
    }

    private func exchange(_ applicant: Applicant) async throws -> Response {
        let form = try FormBody(of: applicant.request)
        guard let grantType = try form.text("grant_type") else {
            throw APIError(.invalidRequest, "grant_type is required.")
        }
        guard grantType == Self.grantType else {
            throw APIError(.unsupportedGrantType, "grant_type must be \(Self.grantType).")
        }
        let token = try subjectToken(of: form)
        let found = try issuer(of: token)
        if let audience = try form.text("audience"), audience != found.issuer.audience {
            throw APIError(.invalidTarget, "audience must be that of the organisation's token issuer, or be left out.")
        }
        let now = Timestamp.now
        let workload = try await keys.verify(token, of: found.issuer, at: now)
        let mapping = try found.issuer.mapping(for: workload)
        let account = try account(of: mapping, found, scope: try form.text("scope"))
        return try await issue(for: workload, account, mapping, found, applicant)
    }

    private func subjectToken(of form: FormBody) throws -> JSONWebToken {
        guard let type = try form.text("subject_token_type"), Self.subjectTokenTypes.contains(type) else {
            let types = Self.subjectTokenTypes.joined(separator: " or ")
            throw APIError(.invalidRequest, "subject_token_type must be \(types).")
        }
        guard try form.text("requested_token_type").map({ $0 == Self.accessTokenType }) ?? true else {
            throw APIError(.invalidRequest, "requested_token_type must be \(Self.accessTokenType), or be left out.")
        }
        guard try form.only("actor_token") == nil else {
            throw APIError(.invalidRequest, "actor_token is not taken: a workload speaks for itself alone.")
        }
        guard let text = try form.only("subject_token") else {
            throw APIError(.invalidRequest, "subject_token is required.")
        }
        return try JSONWebToken(parsing: text)
    }

    /// The issuer that the token names, of the organisation that its audience names.
    func issuer(of token: JSONWebToken) throws -> Found {
        guard let url = token.allegedIssuer else { throw TokenRefusal.unknownIssuer }
        for audience in token.allegedAudiences.prefix(Self.audiencesAtMost) {
            guard let organization = TokenIssuer.organization(ofAudience: audience) else { continue }
            let found = try store.documents(
                .tokenIssuer,
                in: organization,
                matching: DocumentFilter(name: url),
                page: nil
            )
            // Read again with its revision: an exchange is decided on what is stored then.
            guard let id = try found.elements.first.flatMap({ TokenIssuer(try JSONReader.read($0)) })?.id,
                let stored = try store.stored(.tokenIssuer, id, in: organization),
                let issuer = TokenIssuer(try JSONReader.read(stored.record.document)), issuer.audience == audience
            else { continue }
            return Found(issuer: issuer, organization: organization, revision: stored.revision)
        }
        throw TokenRefusal.unknownIssuer
    }

    /// The service account of a mapping, within the scopes that the request asks for, if it asks for any.
    func account(of mapping: TokenIssuer.Mapping, _ found: Found, scope: String?) throws -> Account {
        guard let user = try store.user(mapping.serviceAccount, in: found.organization), user.isServiceAccount,
            !user.isDisabled
        else {
            throw APIError(.invalidTarget, "The service account of the mapping is disabled.")
        }
        // Google's libraries ask for scopes of Google's own, which are URLs.
        let asked = (scope ?? "").split(separator: " ").map(String.init).filter { !$0.contains("://") }
        guard asked.allSatisfy({ Permission(scope: $0) != nil }) else {
            throw APIError(.invalidScope, "scope may name permissions alone.")
        }
        var scopes = mapping.scopes
        if !asked.isEmpty { scopes = scopes.map { $0.filter(asked.contains) } ?? asked }
        if let quota = limiter.bucket(of: user.id, named: "token_exchange")?.take(now: MonotonicClock.now()),
            !quota.isAllowed
        {
            throw GateError.exhausted(quota)
        }
        guard scopes != [] else { throw APIError(.invalidScope, "The mapping grants none of the scopes.") }
        return Account(user: user, roles: try store.roles(of: user), scopes: scopes)
    }

    private func issue(
        for workload: Workload,
        _ account: Account,
        _ mapping: TokenIssuer.Mapping,
        _ found: Found,
        _ applicant: Applicant
    ) async throws -> Response {
        let draft = try draft(for: workload, account, mapping, found, applicant)
        try await DelegatedTokens(store: store, identifiers: identifiers).commit(draft)
        let permissions = Role.permissions(of: account.roles, scopes: draft.token.scopes)
        var response = Response(
            .json,
            JSONWriter.bytes(of: [
                "access_token": .string(draft.text), "issued_token_type": .string(Self.accessTokenType),
                "token_type": "Bearer", "expires_in": .integer(mapping.lifetime),
                "scope": .string(permissions.members.map(\.rawValue).joined(separator: " ")),
            ])
        )
        response.headers += [.init(name: "Cache-Control", value: "no-store"), .init(name: "Pragma", value: "no-cache")]
        return response
    }

    /// The token of the service account that a workload stands for, which lives as long as the mapping says.
    func draft(
        for workload: Workload,
        _ account: Account,
        _ mapping: TokenIssuer.Mapping,
        _ found: Found,
        _ applicant: Applicant
    ) throws -> DelegatedTokens.Draft {
        let unchanged = Requirement.unchangedDocument(
            .tokenIssuer,
            found.issuer.id,
            organization: found.organization,
            revision: found.revision
        )
        return try DelegatedTokens(store: store, identifiers: identifiers).draft(
            "token issuer \(found.issuer.id)",
            for: account.user,
            scopes: account.scopes,
            seconds: mapping.lifetime,
            requiring: account.roles.accessRevisions.map { .unchanged($0) } + [unchanged],
            requestID: applicant.requestID,
            details: [
                .init("token_issuer_id", .string(found.issuer.id.description)),
                .init("issuer", .string(found.issuer.url)),
                .init("sub", .string(workload.subject)),
            ]
        )
    }
}

extension OperationDescription {
    fileprivate static let exchangeToken = OperationDescription(
        id: "ExchangeToken",
        summary: "Exchange a workload's token for a token of a service account (RFC 8693)",
        tag: "Workload Identity",
        request: "TokenExchange",
        requestMediaType: "application/x-www-form-urlencoded",
        responses: [
            DescribedResponse(200, "The token", .schema("ExchangedToken", .json)),
            .error(400, "The request is not valid, or the token is not taken"),
            .error(429, "The service account was given too many tokens"),
            .error(503, "The keys of the issuer can't be had, or the server is stopping"),
        ]
    )
}
