import Access
import ActService
import Acting
import AmbientCredentials
import Documents
import ForwardProxy
import HTTPServer
import NetworkTypes
import Secrets

/// The hosts that issue clouds' tokens, in whose place Keyway answers: whatever a tool shows there, it gets an act token,
/// and the host is never asked.
struct ProxiedTokens: Sendable {
    let acts: ConnectionActs
    let tokens: ToolTokens

    /// The one endpoint of all such requests, without a place in the router.
    var endpoint: Endpoint {
        EndpointGroup(
            "Acting",
            at: "proxy-tokens:",
            errors: .oauth,
            guarding: .principal(anyOf: [.connectionsResolve], registered: true)
        ).endpoint(
            nil,
            "/{path...}",
            "GetTokenThroughProxy",
            "Get an act token where a cloud's tool asks for its cloud's token",
            responses: [],
            .change(answer)
        )
    }

    private func answer(_ call: Call) async throws -> Response {
        let (tunnel, opened) = call.opened
        do {
            try call.requireOpen()
            let bound = try acts.bindings(of: opened.connections, for: call.actor)
                .reaching(tunnel.host, port: tunnel.port).filter { $0.address.tokenCloud == opened.tokenCloud }
            guard let binding = bound.first, bound.count == 1, let issuer = opened.tokenCloud else {
                throw APIError(403, "No connection that this credential may act through takes tokens of this host.")
            }
            if case .entra = issuer, let document = EntraDocument(at: call.request.rawPath) {
                return Response(.json, JSONWriter.bytes(of: document.content(at: tunnel.host)))
            }
            guard call.request.method == .post, Self.issues(at: call.request.rawPath, issuer) else {
                throw APIError(404, "Keyway answers in the place of \(tunnel.host), and gives tokens alone.")
            }
            let text = opened.actToken?.withBytes { String(decoding: $0, as: UTF8.self) }
            return Self.response(giving: try await tokens.token(of: binding.connection, for: call, shown: text), issuer)
        } catch {
            opened.session.noteRefusal()
            throw error
        }
    }

    /// Whether an issuer gives tokens at a path.
    private static func issues(at path: String, _ issuer: BoundAddress.TokenCloud) -> Bool {
        switch issuer {
        case .google: path == "/token"
        case .entra: path.hasSuffix("/oauth2/v2.0/token") || path.hasSuffix("/oauth2/token")
        }
    }

    private static func response(giving token: AmbientToken, _ issuer: BoundAddress.TokenCloud) -> Response {
        let seconds = max(0, (token.expiresAt.microseconds - Timestamp.now.microseconds) / 1_000_000)
        var members: [JSONValue.Member] = [
            .init("access_token", .string(token.text)), .init("token_type", "Bearer"),
            .init("expires_in", .integer(seconds)),
        ]
        if case .entra = issuer { members.append(.init("ext_expires_in", .integer(seconds))) }
        var response = Response(.json, JSONWriter.bytes(of: .object(members)))
        response.headers.append(.init(name: "Cache-Control", value: "no-store"))
        return response
    }
}

/// The documents by which tools of Microsoft Entra find its endpoints, which they ask for before a token.
private struct EntraDocument {
    private enum Kind {
        case tenant(String)
        case instances
    }

    private let kind: Kind

    /// - Returns: `nil` for a path at which there is none.
    init?(at path: String) {
        let ending = "/.well-known/openid-configuration"
        if path == "/common/discovery/instance" {
            kind = .instances
        } else if path.hasSuffix(ending) {
            let tenant = path.dropFirst().prefix { $0 != "/" }
            // It is written into addresses.
            guard tenant.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D || $0 == 0x2E }) else {
                return nil
            }
            kind = .tenant(String(tenant))
        } else {
            return nil
        }
    }

    func content(at host: String) -> JSONValue {
        switch kind {
        case .tenant(let tenant):
            return [
                "issuer": .string("https://\(host)/\(tenant)/v2.0"),
                "authorization_endpoint": .string("https://\(host)/\(tenant)/oauth2/v2.0/authorize"),
                "token_endpoint": .string("https://\(host)/\(tenant)/oauth2/v2.0/token"),
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            ]
        case .instances:
            let instance: JSONValue = [
                "preferred_network": .string(host), "preferred_cache": .string(host), "aliases": [.string(host)],
            ]
            let tenants = "https://\(host)/common/v2.0/.well-known/openid-configuration"
            return [
                "tenant_discovery_endpoint": .string(tenants), "api-version": "1.1", "metadata": [instance],
            ]
        }
    }
}
