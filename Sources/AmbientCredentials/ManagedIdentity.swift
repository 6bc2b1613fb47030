import Documents

/// The endpoint of managed identities as Azure App Service has it, which SDKs ask by `IDENTITY_ENDPOINT` and with
/// `IDENTITY_HEADER` as their proof ("How to use managed identities for App Service", REST endpoint reference).
package struct ManagedIdentity: AmbientEndpoint {
    package let path: String
    private let guarding: AmbientGuard
    private let tokens: AmbientTokens

    package init(path: String = "/azure", guarding: AmbientGuard, tokens: AmbientTokens) {
        self.path = path
        self.guarding = guarding
        self.tokens = tokens
    }

    package func respond(to request: AmbientRequest) async -> AmbientResponse {
        guard guarding.admits(request), request.path == path else {
            return Self.refusal(403, "The request is refused.")
        }
        guard guarding.proves(request.only("x-identity-header")) else {
            return Self.refusal(401, "X-IDENTITY-HEADER must be the text of IDENTITY_HEADER.")
        }
        let resource: String
        switch Self.resource(of: request) {
        case .success(let name): resource = name
        case .failure(let malformed): return Self.refusal(400, malformed.reason)
        }
        guard let token = try? await tokens.token() else { return Self.refusal(503, "Keyway gave no token.") }
        return Self.response(giving: token, for: resource)
    }

    /// The reason why a request names nothing that a token could be for.
    package struct MalformedRequest: Error {
        /// A sentence.
        package let reason: String
    }

    /// The resource that a request asks a token for.
    package static func resource(of request: AmbientRequest) -> Result<String, MalformedRequest> {
        guard request.parameter("api-version") == "2019-08-01" else {
            return .failure(MalformedRequest(reason: "api-version must be 2019-08-01."))
        }
        guard let resource = request.parameter("resource"), !resource.isEmpty,
            let decoded = PercentDecoding.decode(resource.utf8, plusIsSpace: true)
        else { return .failure(MalformedRequest(reason: "resource is required.")) }
        return .success(String(decoding: decoded, as: UTF8.self))
    }

    /// The response that gives a token for a resource to a tool.
    package static func response(giving token: AmbientToken, for resource: String) -> AmbientResponse {
        .json([
            "access_token": .string(token.text),
            // As text, as App Service has it.
            "expires_on": .string(String(token.expiresAt.microseconds / 1_000_000)),
            "resource": .string(resource), "token_type": "Bearer",
        ])
    }

    private static func refusal(_ status: Int, _ message: String) -> AmbientResponse {
        .json(["statusCode": .integer(Int64(status)), "message": .string(message)], status: status)
    }
}
