import Documents

/// The endpoint of AWS' container credentials, which SDKs ask by `AWS_CONTAINER_CREDENTIALS_FULL_URI` and with
/// `AWS_CONTAINER_AUTHORIZATION_TOKEN` as their proof ("Container credential provider", AWS SDKs and Tools Reference).
package struct ContainerCredentials: AmbientEndpoint {
    package let path: String
    private let guarding: AmbientGuard
    private let tokens: AmbientTokens

    package init(path: String = "/aws", guarding: AmbientGuard, tokens: AmbientTokens) {
        self.path = path
        self.guarding = guarding
        self.tokens = tokens
    }

    package func respond(to request: AmbientRequest) async -> AmbientResponse {
        guard guarding.admits(request), request.path == path else {
            return Self.refusal(403, "The request is refused.")
        }
        guard guarding.proves(request.only("authorization")) else {
            return Self.refusal(401, "Authorization must be the text of AWS_CONTAINER_AUTHORIZATION_TOKEN.")
        }
        guard let token = try? await tokens.token(), let response = Self.response(giving: token) else {
            return Self.refusal(503, "Keyway gave no token.")
        }
        return response
    }

    /// The response that gives a token to a tool.
    ///
    /// - Returns: `nil` if the token is no key pair.
    package static func response(giving token: AmbientToken) -> AmbientResponse? {
        guard let keyPair = token.keyPair else { return nil }
        return .json([
            "AccessKeyId": .string(keyPair.accessKeyID), "SecretAccessKey": .string(keyPair.secretAccessKey),
            "Token": .string(token.text), "Expiration": .string(seconds(token.expiresAt)),
        ])
    }

    /// Tools quote the body.
    private static func refusal(_ status: Int, _ message: String) -> AmbientResponse {
        .json(["code": "KeywayRefusal", "message": .string(message)], status: status)
    }

    /// A time in UTC without a fraction, as all SDKs read it.
    private static func seconds(_ time: Timestamp) -> String {
        let text = Timestamp(microseconds: time.microseconds).description
        return text.prefix { $0 != "." } + "Z"
    }
}
