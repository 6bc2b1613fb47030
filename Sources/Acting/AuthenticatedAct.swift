package import Egress
package import Secrets

/// A request that shows whose it is, ready to be sent.
package struct AuthenticatedAct: Sendable {
    package let request: OutgoingRequest
    /// All that must not come back to the caller: the connection's stored secrets, in the request or not, the token that
    /// was issued for it, and what was made of them.
    package let secrets: [Secret]

    /// The token in it, if it has one.
    let token: TokenReference?

    /// Whether a token was issued for it: if that is refused, another may be taken.
    package var hasToken: Bool { token != nil }

    /// One token among those that were issued.
    struct TokenReference: Sendable {
        let key: TokenCache.Key
        let serial: UInt64
        let isOfAWS: Bool
    }
}
