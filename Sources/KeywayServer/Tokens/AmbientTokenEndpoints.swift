import Access
import ActService
import AmbientCredentials
import Documents
import HTTPServer
import NetworkTypes

/// The endpoints that tools of AWS and of Azure ask for credentials: each gets an act token of one connection, for a
/// token that it shows where it shows its cloud's proof.
struct AmbientTokenEndpoints: Sendable {
    let tokens: ToolTokens
    /// The URL under which callers reach the server, if the operator has said so.
    let publicURL: String?

    private static let aws: StaticString = "Authorization"
    private static let azure: StaticString = "X-IDENTITY-HEADER"

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
        let token = try await tokens.token(of: connection, for: call, shown: call.request.header(Self.aws))
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
        let token = try await tokens.token(of: connection, for: call, shown: call.request.header(Self.azure))
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
