package import Documents

/// The metadata server of Google Compute Engine, as far as Google's libraries ask it for tokens
/// ("About VM metadata", and `google/auth/compute_engine/_metadata.py`).
///
/// Libraries find it by `GCE_METADATA_HOST`, in which a user and a password may stand: these arrive as `Basic`.
package struct MetadataServer: AmbientEndpoint {
    /// The identity that libraries are told.
    package struct Identity: Sendable {
        package let project: String
        package let email: String
        package let scopes: [String]

        package init(
            project: String,
            email: String = "default@keyway.invalid",
            scopes: [String] = ["https://www.googleapis.com/auth/cloud-platform"]
        ) {
            self.project = project
            self.email = email
            self.scopes = scopes
        }
    }

    package let path: String
    private let identity: Identity
    private let guarding: AmbientGuard
    private let tokens: AmbientTokens
    private let now: @Sendable () -> Timestamp

    private static let flavor = AmbientRequest.Header("Metadata-Flavor", "Google")

    package init(
        path: String = "/google",
        identity: Identity,
        guarding: AmbientGuard,
        tokens: AmbientTokens,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.path = path
        self.identity = identity
        self.guarding = guarding
        self.tokens = tokens
        self.now = now
    }

    package func respond(to request: AmbientRequest) async -> AmbientResponse {
        guard guarding.admits(request), request.only("metadata-flavor") == "Google" else {
            return .text("The request is refused: Metadata-Flavor: Google is required.", status: 403)
        }
        let place = String(request.path.dropFirst(path.count))
        // Whether there is such a server: libraries ask without a proof.
        if place.isEmpty || place == "/" { return .text("computeMetadata/\n", [Self.flavor]) }
        guard guarding.provesAsPassword(request.only("authorization")) else {
            return .text("The user and the password of GCE_METADATA_HOST are required.", status: 401, [Self.flavor])
        }
        let prefix = "/computeMetadata/v1/"
        guard place.hasPrefix(prefix) else { return Self.absent }
        return await answer(String(place.dropFirst(prefix.count)), request)
    }

    private static let absent = AmbientResponse.text("There is nothing at this path.", status: 404, [flavor])

    private func answer(_ place: String, _ request: AmbientRequest) async -> AmbientResponse {
        if place == "project/project-id" { return .text(identity.project, [Self.flavor]) }
        let accounts = "instance/service-accounts/"
        guard place.hasPrefix(accounts) else { return Self.absent }
        let parts = place.dropFirst(accounts.count).split(separator: "/", omittingEmptySubsequences: true)
        guard let account = parts.first.flatMap({ PercentDecoding.decode($0.utf8) }),
            account.elementsEqual("default".utf8) || account.elementsEqual(identity.email.utf8), parts.count <= 2
        else { return Self.absent }
        switch parts.dropFirst().first {
        case nil where request.parameter("recursive")?.lowercased() == "true":
            let info: JSONValue = [
                "aliases": ["default"], "email": .string(identity.email),
                "scopes": .array(identity.scopes.map { .string($0) }),
            ]
            return .json(info, [Self.flavor])
        case "email": return .text(identity.email, [Self.flavor])
        case "scopes": return .text(identity.scopes.joined(separator: "\n"), [Self.flavor])
        case "token": return await token()
        case "identity":
            return .text(
                "Keyway issues no identity tokens: act through it with access tokens.",
                status: 404,
                [Self.flavor]
            )
        default: return Self.absent
        }
    }

    private func token() async -> AmbientResponse {
        guard let token = try? await tokens.token() else {
            return .text("Keyway gave no token.", status: 503, [Self.flavor])
        }
        let seconds = max(0, token.expiresAt.microseconds - now().microseconds) / 1_000_000
        return .json(
            ["access_token": .string(token.text), "expires_in": .integer(seconds), "token_type": "Bearer"],
            [Self.flavor]
        )
    }
}
