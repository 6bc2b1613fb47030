import ActService
import Acting

/// The credential that a request shows, with the parts of the request that belong to it.
struct ShownCredential: Sendable {
    let credential: Credential
    /// The signature that proves it, which is to be verified by the session's secret.
    private(set) var signed: SignedCaller?
    /// The places of an act token, of which the connection decides.
    private(set) var tokenPlaces: [TokenPlace] = []

    /// - Parameters:
    ///   - request: The request.
    ///   - places: The places to look at.
    /// - Throws: ``APIError`` with 403 if there is none, with 400 if it stands where none may; ``SignatureRefusal``.
    init(in request: any ServiceRequest, at places: CredentialPlaces) throws {
        let acting = if case .act = places { true } else { false }
        if let tunnel = request.proxyTunnel {
            // All that the tool sends else is its own, for the third party.
            if acting, let signed = try SignedCaller(inTunnel: request) {
                credential = .accessKey(signed.claim.accessKeyID)
                self.signed = signed
            } else if acting, let token = try CallerToken(in: request) {
                credential = .actToken(token.digest)
                tokenPlaces = token.places
            } else {
                credential = tunnel.credential
            }
        } else if acting, let signed = try SignedCaller(in: request) {
            credential = .accessKey(signed.claim.accessKeyID)
            self.signed = signed
        } else if acting, let token = try CallerToken(in: request) {
            credential = .actToken(token.digest)
            tokenPlaces = token.places
        } else if case .tool(let header) = places {
            credential = try request.toolCredential(in: header)
        } else if case .message = places, let token = request.bearerActToken {
            credential = .actToken(token)
        } else {
            credential = try request.credential(acting: acting)
        }
    }
}

/// The places in which callers of an endpoint show their credentials.
enum CredentialPlaces {
    /// Those of Keyway's own keys and tokens.
    case standard
    /// Those of acts, which take signatures and act tokens before all else.
    case act
    /// Those of Keyway's own keys and tokens, act tokens included.
    case message
    /// The header in which a cloud's own tool sends the text that it was given.
    case tool(StaticString)
}
