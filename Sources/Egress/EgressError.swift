/// Why a request to a third party was not sent, or its response not received as a whole.
package enum EgressError: Error, Sendable, Equatable {
    /// The name resolves to addresses that may not be connected to.
    case refusedAddress(String)
    /// Plain HTTP, where the operator has not allowed it.
    case plaintextNotAllowed
    /// Neither `http` nor `https`, or no URL at all.
    case malformedURL
    /// A header's name or value, or the method, cannot stand in a request.
    case malformedHeader(name: String)
    case unresolvableHost
    case connectionFailed(String)
    /// The certificate is not valid for the host, or TLS failed otherwise.
    case insecure(String)
    case timedOut
    /// The response's body is longer than allowed, decoded.
    case responseTooLarge
    case headersTooLarge
    /// The response is not HTTP, ended early, or could not be decoded.
    case malformedResponse(String)
    /// The request's body is not what its headers say.
    case malformedBody(String)
    /// The request's body is not the one that its caller has signed.
    case unsignedBody(String)
    /// The request's body is longer than the caller's server takes.
    case bodyTooLarge
    case cancelled
    /// A secret was found in a body that is passed on in its content coding, where it can't be masked.
    case secretInCoding
    /// The client was stopped.
    case stopped
}
