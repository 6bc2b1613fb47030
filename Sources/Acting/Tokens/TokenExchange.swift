import Scrubbing

/// How the token of a request is come by, where credentials do not stand in the request themselves.
enum TokenExchange: Sendable {
    /// A role, and the service that the request is signed for.
    case assumedRole(AssumedRole, AWSEndpoint)
    case serviceAccount(ServiceAccountGrant)
    case clientCredentials(ClientCredentialsGrant)

    /// The values that, beside the connection and its revision, decide which token it is.
    var fingerprint: [String] {
        switch self {
        case .assumedRole(let role, _): [role.arn, role.endpoint.origin + role.endpoint.path, role.endpoint.region]
        case .serviceAccount(let grant): [grant.tokenURL.origin + grant.tokenURL.path, grant.scopes]
        case .clientCredentials(let grant): [grant.tokenURL.origin + grant.tokenURL.path, grant.scope]
        }
    }

    /// Where the stored secret is that is exchanged; AWS' is Keyway's own.
    var secretAddress: String? {
        switch self {
        case .assumedRole: nil
        case .serviceAccount(let grant): grant.keyAddress
        case .clientCredentials(let grant): grant.secretAddress
        }
    }

    /// The headers that it brings.
    var maskedHeaders: [FoldedHeader] {
        switch self {
        case .serviceAccount, .clientCredentials:
            [FoldedHeader(name: "Authorization", value: "Bearer \(ScrubMask.text)")]
        case .assumedRole:
            [
                FoldedHeader(name: "Authorization", value: "\(SignatureV4.algorithm) \(ScrubMask.text)"),
                FoldedHeader(name: "X-Amz-Security-Token", value: ScrubMask.text),
            ]
        }
    }
}

/// Google's grant for service accounts: a token of one's own signing (RFC 7523, section 2.1).
struct ServiceAccountGrant: Sendable {
    let email: String
    let scopes: String
    let tokenURL: BaseAddress
    let keyAddress: String
}

/// The grant of client credentials (RFC 6749, section 4.4).
struct ClientCredentialsGrant: Sendable {
    let clientID: String
    let scope: String
    let tokenURL: BaseAddress
    let secretAddress: String
}

/// A role that is to be assumed, and where.
struct AssumedRole: Sendable {
    let arn: String
    let externalID: String
    let sessionName: String
    let endpoint: AWSEndpoint
}

/// The scope of a signature.
package struct SigningScope: Sendable, Equatable {
    package let service: String
    package let region: String
}
