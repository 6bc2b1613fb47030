import Access
import ActService
import AmbientCredentials
import Documents
import HTTPServer
import NetworkTypes
import Secrets
import Storage
import Synchronization

/// The endpoints that tools of AWS and of Azure ask for credentials: each gets an act token of one connection, for a
/// token that it shows where it shows its cloud's proof.
///
/// An access token gets an act token that is made from it. An act token gets itself, so that it is never wider, lives no
/// longer, and ends with its own revocation.
struct AmbientTokenEndpoints: Sendable {
    let store: any AccessStore & ChangeStore
    let access: ConnectionAccess
    let keys: ActTokenKeys
    let identifiers: IdentifierGenerator
    /// The URL under which callers reach the server, if the operator has said so.
    let publicURL: String?
    private let given = GivenTokens()

    private static let aws: StaticString = "Authorization"
    private static let azure: StaticString = "X-IDENTITY-HEADER"

    init(
        store: any AccessStore & ChangeStore,
        access: ConnectionAccess,
        keys: ActTokenKeys,
        identifiers: IdentifierGenerator,
        publicURL: String?
    ) {
        self.store = store
        self.access = access
        self.keys = keys
        self.identifiers = identifiers
        self.publicURL = publicURL
    }

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Acting",
            at: "/api/v2/actions/connections/{connection_id}/credentials",
            errors: .tools,
            guarding: .principal(anyOf: [.connectionsResolve], registered: true),
            malformedID: .refused,
            missing: "There is no such connection"
        )
        return [
            group.endpoint(
                .get,
                "/aws",
                "GetAWSContainerCredentials",
                "Get an act token as AWS' SDKs ask for container credentials, in AWS_CONTAINER_CREDENTIALS_FULL_URI",
                responses: [.ok("The token as a key pair", "ContainerCredentials")],
                .credentials(Self.aws, containerCredentials)
            ),
            group.endpoint(
                .get,
                "/azure",
                "GetAzureManagedIdentityToken",
                "Get an act token as Azure's SDKs ask for a managed identity of App Service, in IDENTITY_ENDPOINT",
                query: [
                    QueryParameter(name: "api-version", summary: "2019-08-01", schema: ["type": "string"]),
                    QueryParameter(name: "resource", summary: "Any text", schema: ["type": "string"]),
                ],
                responses: [
                    .ok("The token", "ManagedIdentityToken"),
                    .error(400, "The id is not a UUID, or a parameter is missing or another one"),
                ],
                .credentials(Self.azure, managedIdentity)
            ),
        ]
    }

    private func containerCredentials(_ call: Call) async throws -> Response {
        let (connection, _) = try admit(call)
        let token = try await token(of: connection, call, shownIn: Self.aws)
        guard let response = ContainerCredentials.response(giving: token) else { throw APIError.refusedIssue }
        return Response(response)
    }

    private func managedIdentity(_ call: Call) async throws -> Response {
        let (connection, asked) = try admit(call)
        let resource: String
        switch ManagedIdentity.resource(of: asked) {
        case .success(let name): resource = name
        case .failure(let malformed): throw APIError(400, malformed.reason)
        }
        let token = try await token(of: connection, call, shownIn: Self.azure)
        return Response(ManagedIdentity.response(giving: token, for: resource))
    }

    /// The connection that a request is about, which must come from a tool and name this server.
    private func admit(_ call: Call) throws -> (connection: Identifier, request: AmbientRequest) {
        let asked = AmbientRequest(call.request)
        guard asked.comesFromTool else {
            throw APIError(403, "Only GET is answered, and no request that a browser or a proxy had in its hands.")
        }
        guard PublicAddress.isNamed(by: call.request, configured: publicURL) else {
            throw APIError(
                403,
                "Host must be the server's own address: an IP address where it listens, or that of serve --public-url.",
                at: .header("Host")
            )
        }
        return (try call.identifier("connection_id", orStatus: 400), asked)
    }

    private func token(
        of connection: Identifier,
        _ call: Call,
        shownIn header: StaticString
    ) async throws -> AmbientToken {
        try access.require(.resolver, on: connection, for: call.principal)
        try await keys.prepare()
        if let own = call.principal.actToken {
            guard own.limits.connections.contains(connection), let text = call.request.header(header),
                let end = call.principal.expiresAt
            else { throw APIError(403, "The act token is not for this connection.") }
            return try ambient(own.id, text, until: end)
        }
        let organization = call.principal.organization
        let current = given.current(for: .init(credential: call.principal.credential, connection: connection))
        let token = try await current.token(
            if: { try store.actToken($0.id, in: organization) != nil },
            until: call.principal.expiresAt
        ) {
            try await make(for: connection, call)
        }
        return try ambient(token.id, try keys.text(of: token.id), until: token.expiresAt)
    }

    private func ambient(_ id: Identifier, _ text: String, until end: Timestamp) throws -> AmbientToken {
        let secret = try keys.secretAccessKey(of: id).withBytes { String(decoding: $0, as: UTF8.self) }
        let pair = AmbientToken.KeyPair(
            accessKeyID: ActToken.accessKeyID(of: KeyDigest(of: text)),
            secretAccessKey: secret
        )
        return AmbientToken(text: text, keyPair: pair, expiresAt: end)
    }

    private func make(for connection: Identifier, _ call: Call) async throws -> GivenToken {
        let id = identifiers.next()
        let now = Timestamp.now
        let end = Timestamp(microseconds: now.microseconds + AmbientTokens.lifetime * 1_000_000)
        let token = ActToken(
            id: id,
            organization: call.principal.organization,
            owner: call.principal.user,
            source: ActToken.Source(call.principal.proof),
            name: "credentials of a cloud's tool",
            digest: KeyDigest(of: try keys.text(of: id)),
            limits: ActToken.Limits(connections: [connection]),
            createdAt: now,
            expiresAt: min(end, call.principal.expiresAt ?? end)
        )
        let change = call.change(
            [.createActToken(token)],
            events: call.event("act_token.create", on: "act_tokens", id, details: token.details)
        )
        try await store.commit(change).requireCommitted()
        return GivenToken(id: id, expiresAt: token.expiresAt)
    }
}

/// A token that was given to a tool. Its text is derived from its id again, and kept nowhere.
private struct GivenToken: ExpiringToken {
    let id: Identifier
    let expiresAt: Timestamp
}

/// The tokens that were given last: all who ask with one credential for one connection get the same.
private final class GivenTokens: Sendable {
    struct Place: Hashable {
        let credential: Identifier
        let connection: Identifier
    }

    /// Places that are remembered at most; then all are forgotten.
    private static let remembered = 10_000
    private let tokens = Mutex<[Place: CurrentToken<GivenToken>]>([:])

    func current(for place: Place) -> CurrentToken<GivenToken> {
        tokens.withLock { tokens in
            if let current = tokens[place] { return current }
            if tokens.count >= Self.remembered { tokens.removeAll() }
            let current = CurrentToken<GivenToken>()
            tokens[place] = current
            return current
        }
    }
}

extension AmbientRequest {
    fileprivate init(_ request: any ServiceRequest) {
        var headers: [Header] = []
        request.forEachHeader { headers.append(.init($0.name, $0.value)) }
        self.init(
            method: request.method.name,
            path: request.rawPath,
            query: request.rawQuery,
            headers: headers
        )
    }
}

extension Response {
    fileprivate init(_ response: AmbientResponse) {
        self.init(
            status: response.status,
            headers: response.headers.map { HeaderField(name: $0.name, value: $0.value) },
            body: response.body
        )
    }
}
