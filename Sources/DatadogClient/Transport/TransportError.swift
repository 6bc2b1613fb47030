/// The reason why a request got no response.
public struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The cause, as far as it decides about another attempt.
    public enum Reason: Sendable, Hashable {
        /// There was no connection: the server has not seen the request.
        case refused
        /// The connection ended before the response did: the server may have acted.
        case lost
        /// The server was silent for too long, and may have acted.
        case timedOut
        /// Anything else, such as a certificate that can't be trusted.
        case other
    }

    /// The cause.
    public let reason: Reason
    /// A few words for people, without anything of the request.
    public let description: String

    /// Says what happened.
    ///
    /// - Parameters:
    ///   - reason: What happened.
    ///   - description: A few words for people, without anything of the request.
    public init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }
}
