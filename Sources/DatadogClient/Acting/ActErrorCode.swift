/// Why Keyway did not pass on a third party's response (`Keyway-Error`). Later versions may have more.
public struct ActErrorCode: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The code as Keyway writes it.
    public let rawValue: String

    /// Keeps a code, whatever it is.
    ///
    /// - Parameter rawValue: The code as Keyway writes it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The code as Keyway writes it.
    public var description: String { rawValue }

    /// The request can't be sent as it is.
    public static let badRequest = ActErrorCode(rawValue: "bad_request")
    /// The connection's rules don't allow it.
    public static let ruleRefused = ActErrorCode(rawValue: "rule_refused")
    /// The act token doesn't allow it, or its acts are used up.
    public static let tokenRefused = ActErrorCode(rawValue: "token_refused")
    /// The server may not connect to the address.
    public static let egressRefused = ActErrorCode(rawValue: "egress_refused")
    /// The connection's secrets are not for that host.
    public static let destinationRefused = ActErrorCode(rawValue: "destination_refused")
    /// The connection, or the server, lacks what the act needs.
    public static let notConfigured = ActErrorCode(rawValue: "not_configured")
    /// The connection has reached its limit of concurrent acts, or of acts in this second.
    public static let tooManyActs = ActErrorCode(rawValue: "too_many_acts")
    /// The third party issues no token for the stored credentials.
    public static let authenticationFailed = ActErrorCode(rawValue: "authentication_failed")
    /// The third party was not reached.
    public static let upstreamUnreachable = ActErrorCode(rawValue: "upstream_unreachable")
    /// The third party took too long. It may have acted.
    public static let upstreamTimeout = ActErrorCode(rawValue: "upstream_timeout")
    /// The third party's response can't be passed on. It may have acted.
    public static let upstreamMalformed = ActErrorCode(rawValue: "upstream_malformed")
    /// The third party's response is larger than is passed on. It may have acted.
    public static let answerTooLarge = ActErrorCode(rawValue: "answer_too_large")
    /// The third party redirects the request to another host. It may have acted.
    public static let redirectRefused = ActErrorCode(rawValue: "redirect_refused")
    /// The audit log can't be written, and nothing is done that it could not tell of.
    public static let auditUnavailable = ActErrorCode(rawValue: "audit_unavailable")
    /// The server's master key is in hardware that does not answer, so nothing was sent.
    public static let masterKeyUnavailable = ActErrorCode(rawValue: "master_key_unavailable")
    /// The server is stopping.
    public static let stopping = ActErrorCode(rawValue: "stopping")
}
