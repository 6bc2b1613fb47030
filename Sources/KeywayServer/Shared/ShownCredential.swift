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
    ///   - acting: Whether it is an act, which takes signatures and act tokens before all else.
    /// - Throws: ``APIError`` with 403 if there is none, with 400 if it stands where none may; ``SignatureRefusal``.
    init(in request: any ServiceRequest, acting: Bool) throws {
        if acting, let signed = try SignedCaller(in: request) {
            credential = .accessKey(signed.claim.accessKeyID)
            self.signed = signed
        } else if acting, let token = try CallerToken(in: request) {
            credential = .actToken(token.digest)
            tokenPlaces = token.places
        } else {
            credential = try request.credential(acting: acting)
        }
    }
}
