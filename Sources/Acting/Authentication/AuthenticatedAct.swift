package import Egress
package import LinkRewriting
import NetworkTypes
import Scrubbing
package import Secrets

/// A request that shows whose it is, ready to be sent.
package struct AuthenticatedAct: Sendable {
    package let request: OutgoingRequest
    /// All that must not come back to the caller: the connection's stored secrets, in the request or not, the token
    /// that was issued for it, and what was made of them.
    package let secrets: [Secret]

    /// The token in it, if it has one.
    let token: TokenReference?

    /// Whether a token was issued for it: if that is refused, another may be taken.
    package var hasToken: Bool { token != nil }

    /// Whether it can be sent once more: a body that is sent while it comes is gone then.
    package var isRepeatable: Bool { request.upload == nil }

    /// One token among those that were issued.
    struct TokenReference: Sendable {
        let key: TokenCache.Key
        let serial: UInt64
        let isOfAWS: Bool
    }
}

extension AuthenticatedAct {
    /// The request that follows a redirect to another host. It carries no credentials, and goes to public hosts alone.
    ///
    /// - Parameters:
    ///   - link: Where the redirect leads; the connection's secrets are masked in it.
    ///   - plan: The request as it was planned, whose method is GET or HEAD.
    /// - Returns: The request, with the same secrets to mask.
    package func following(_ link: WebLink, of plan: PlannedAct) -> AuthenticatedAct {
        var request = OutgoingRequest(
            method: plan.method,
            origin: link.origin,
            target: Secret(copying: link.target),
            headers: plan.masked.headers.compactMap { header in
                // Any other may be a credential, and a connection can put a secret into these.
                guard ["accept", "user-agent"].contains(header.folded.text),
                    !header.value.contains(ScrubMask.text)
                else { return nil }
                return .init(name: header.name, text: header.value)
            }
        )
        request.isForPublicHosts = true
        request.timeout = plan.timeout
        return AuthenticatedAct(request: request, secrets: secrets, token: nil)
    }
}
