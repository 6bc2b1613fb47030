import Cryptography
import Documents
import Secrets

extension ServiceAccountGrant {
    private static let issuer = "Google"

    /// Signs a token of one's own and exchanges it ("Using OAuth 2.0 for Server to Server Applications").
    func mint(
        key: Secret,
        at time: Timestamp,
        by endpoint: any TokenEndpoint
    ) async -> Result<MintedToken, ActFailure> {
        let assertion: Secret
        do {
            assertion = try self.assertion(key: key, at: time)
        } catch {
            return .failure(error)
        }
        var form = TokenForm()
        form.add("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        form.add("assertion", assertion)
        return await endpoint.post(form.buffer(), to: tokenURL, issuer: Self.issuer).flatMap {
            BearerTokenResponse.token($0.head, $0.body, issuer: Self.issuer, at: time)
        }
    }

    /// A JSON web token (RFC 7519), signed by RS256, good for an hour.
    func assertion(key: Secret, at time: Timestamp) throws(ActFailure) -> Secret {
        let seconds = time.microseconds / 1_000_000
        let claims: JSONValue = [
            "iss": .string(email), "scope": .string(scopes), "aud": .string(tokenURL.origin + tokenURL.path),
            "iat": .integer(seconds), "exp": .integer(seconds + 3600),
        ]
        var token = SecretText()
        token.append(Self.encode(Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8)))
        token.append(".")
        token.append(Self.encode(JSONWriter.bytes(of: claims)))
        let signed = token.joined()
        token.append(".")
        do {
            let key = try RSASigningKey(pem: key)
            token.append(
                Self.encode(try signed.withBytes { bytes throws(RSASigningKey.Failure) in try key.sign(bytes) })
            )
        } catch {
            throw ActFailure(.secretUnusable, "the secret at \(keyAddress) \(error.detail)")
        }
        return token.joined()
    }

    private static func encode(_ bytes: [UInt8]) -> Secret {
        Secret(bytes.withUnsafeBytes { Base64.encode($0, .urlSafe) })
    }
}

extension RSASigningKey.Failure {
    /// The defect of the key, as the end of a sentence.
    var detail: String {
        switch self {
        case .malformedKey:
            "is no private key in PEM: send private_key of the key's JSON file again, with its line breaks"
        case .notRSA: "is a key of another kind than RSA"
        case .unusableLength: "is an RSA key of less than 2048 bits, or of more than 8192"
        case .damagedKey: "is a damaged key: its parts don't belong together"
        case .signingFailed: "could not sign"
        }
    }
}
