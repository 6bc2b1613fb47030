import Documents
import Secrets

extension ClientCredentialsGrant {
    private static let issuer = "Microsoft Entra"

    /// Exchanges the client secret ("OAuth 2.0 client credentials flow on the Microsoft identity platform").
    func mint(
        secret: Secret,
        at time: Timestamp,
        by endpoint: any TokenEndpoint
    ) async -> Result<MintedToken, ActFailure> {
        var form = TokenForm()
        form.add("grant_type", "client_credentials")
        form.add("client_id", clientID)
        form.add("client_secret", secret)
        form.add("scope", scope)
        return await endpoint.post(form.buffer(), to: tokenURL, issuer: Self.issuer).flatMap {
            BearerTokenResponse.token($0.head, $0.body, issuer: Self.issuer, at: time)
        }
    }
}
