package import Acting
package import Connections
package import Egress
import Storage
import Vault

/// An error that keeps an act from its response.
package struct ActError: Error {
    package enum Cause: Sendable {
        /// The request, the connection or its settings do not allow it.
        case refused(ActRefusal)
        /// No rule of the connection allows it.
        case rule(RuleRefusal)
        /// The act token does not allow it.
        case token(TokenRefusal)
        /// The limit of simultaneous acts is reached.
        case tooMany(atOnce: Int)
        /// The limit of acts in a second is reached.
        case tooFast(perSecond: Int)
        /// The audit log can't be written, so nothing is done.
        case unrecorded
        /// A master key in hardware can't be used, for this reason, which is the operator's, so no secret was opened.
        case masterKeyUnavailable(String)
        /// The request can't be authenticated.
        case authentication(ActFailure)
        /// The third party did not respond.
        ///
        /// - Parameter perhapsDone: Whether it may have carried out what it may not be asked for twice.
        case egress(EgressError, perhapsDone: Bool)
        /// The third party redirects the request.
        ///
        /// - Parameter perhapsDone: Whether it may not be asked for twice: a redirect can be all that tells of what was
        ///   done.
        case redirect(RedirectRefusal, perhapsDone: Bool)
        /// An error of access, of the store or of the vault.
        case other(any Error)
    }

    /// The reason why an act token does not allow an act.
    package enum TokenRefusal: Sendable {
        /// It is for other connections.
        case otherConnection
        /// It is for other methods or paths.
        case limits(RuleRefusal)
        /// Its number of acts is used up.
        case usedUp
        /// It was revoked in the meantime.
        case revoked
    }

    package let cause: Cause
    /// The clients of the connection's vendor, which read errors in their own way.
    package let clients: ClientErrors

    init(_ cause: Cause, for clients: ClientErrors) {
        self.cause = cause
        self.clients = clients
    }

    /// - Parameters:
    ///   - error: The cause.
    ///   - clients: The clients of the connection's vendor, if the connection is known.
    ///   - perhapsDone: Whether the third party may have carried out what it may not be asked for twice.
    init(_ error: any Error, for clients: ClientErrors = .standard, perhapsDone: Bool = false) {
        switch error {
        case let error as ActError: self = error
        case let refusal as ActRefusal: self.init(.refused(refusal), for: clients)
        case let failure as ActFailure: self.init(.authentication(failure), for: clients)
        case let error as EgressError: self.init(.egress(error, perhapsDone: perhapsDone), for: clients)
        case VaultError.unavailable(let reason): self.init(.masterKeyUnavailable(reason), for: clients)
        default: self.init(.other(error), for: clients)
        }
    }

    /// The cause in audit log and metrics.
    var code: String {
        switch cause {
        case .rule: "rule_refused"
        case .token: "token_refused"
        case .tooMany, .tooFast: "too_many_acts"
        case .unrecorded: "audit_unavailable"
        case .masterKeyUnavailable: "master_key_unavailable"
        case .authentication(let failure): failure.code.rawValue
        case .egress(let error, _): error.code
        case .redirect: RedirectRefusal.code
        case .other(StoreError.closed): "stopping"
        case .refused, .other: "failed"
        }
    }
}

extension EgressError {
    /// The error in audit log and metrics.
    var code: String {
        switch self {
        case .refusedAddress, .plaintextNotAllowed: "egress_refused"
        case .malformedURL, .malformedHeader, .malformedBody: "bad_request"
        case .unsignedBody: "signature_does_not_match"
        case .bodyTooLarge: "body_too_large"
        case .unresolvableHost, .connectionFailed, .insecure: "upstream_unreachable"
        case .timedOut: "upstream_timeout"
        case .responseTooLarge, .headersTooLarge: "answer_too_large"
        case .malformedResponse: "upstream_malformed"
        case .cancelled: "cancelled"
        case .secretInCoding: "secret_in_coding"
        case .stopped: "stopping"
        }
    }
}
