import Acting
import Egress
import HTTPServer
import Storage

/// What tells an error of Keyway's own from anything that a third party says.
enum ActErrorHeader {
    static let name = "Keyway-Error"

    /// Marks an answer that is an error of Keyway's own, to an act or to what may have been meant as one.
    static func mark(_ response: inout Response) {
        guard response.status >= 400, !response.headers.contains(where: { $0.name == name }) else { return }
        let code =
            switch response.status {
            case 403: "forbidden"
            case 404: "not_found"
            case 405: "method_not_allowed"
            case 413: "body_too_large"
            case 429: "too_many_requests"
            case 400..<500: "bad_request"
            case 503: "unavailable"
            default: "failed"
            }
        response.headers.append(.init(name: name, value: code))
    }
}

// What keeps an act from its answer.
extension APIError {
    /// - Parameters:
    ///   - status: The status of the answer.
    ///   - code: What went wrong, for programs.
    ///   - detail: The same for people, and what to do.
    /// - Returns: The error, with the header that marks it as Keyway's own.
    static func act(_ status: Int, _ code: String, _ detail: String) -> APIError {
        var error = APIError(status, detail)
        error.headers = [.init(name: ActErrorHeader.name, value: code)]
        return error
    }

    static func act(_ refusal: ActRefusal) -> APIError {
        switch refusal.code {
        case .methodNotAllowed, .pathNotAllowed, .queryNotAllowed, .headerNotAllowed, .bodyNotAllowed,
            .serviceNotNamed:
            act(400, "bad_request", refusal.sentence)
        case .destinationNotAllowed: act(403, "destination_refused", refusal.sentence)
        case .unknownPlaceholder, .connectionNotUsable, .probeNotDeclared: act(409, "not_configured", refusal.sentence)
        }
    }

    static func act(_ failure: ActFailure) -> APIError {
        switch failure.code {
        case .secretMissing, .secretUnusable, .principalMissing: act(409, "not_configured", failure.sentence)
        case .principalRefused, .tokenRefused, .tokenThrottled: act(502, "authentication_failed", failure.sentence)
        case .tokenMalformed: act(502, "upstream_malformed", failure.sentence)
        case .tokenUnreachable: failure.egressError.map(act) ?? act(502, "upstream_unreachable", failure.sentence)
        }
    }

    static func act(_ refusal: RedirectRefusal) -> APIError {
        var error = act(502, RedirectRefusal.code, "The third party redirects the request. \(refusal.reason)")
        error.headers.append(.init(name: ProxiedHeaders.upstreamLocation, value: refusal.location))
        return error
    }

    static func act(_ refusal: RuleRefusal) -> APIError {
        act(403, "rule_refused", refusal.description)
    }

    static func act(_ verdict: ActLimiter.Verdict) -> APIError? {
        let detail: String
        switch verdict {
        case .admitted: return nil
        case .tooMany(let number): detail = "\(number) acts through this connection are under way, as many as may be."
        case .tooFast(let number):
            detail = "\(number) acts through this connection began in this second, as many as may."
        }
        var error = act(429, "too_many_acts", "\(detail) Try again later, or raise the limit in its settings.")
        error.headers.append(.init(name: "Retry-After", value: "1"))
        return error
    }

    static func act(_ error: EgressError) -> APIError {
        switch error {
        case .refusedAddress:
            act(
                403,
                "egress_refused",
                "The host's address is not one that this server connects to. Its operator can allow the network: "
                    + "keyway serve --egress-allow NETWORK."
            )
        case .plaintextNotAllowed:
            act(
                403,
                "egress_refused",
                "This server sends no credentials over plain HTTP. Use https, or let its operator allow it: "
                    + "keyway serve --egress-allow-plaintext."
            )
        case .malformedURL, .malformedHeader:
            act(400, "bad_request", "The request can't be sent as it is: \(error.detail).")
        case .unresolvableHost, .connectionFailed, .insecure:
            act(502, "upstream_unreachable", "The third party was not reached: \(error.detail).")
        case .timedOut: act(504, "upstream_timeout", "The third party took too long to answer.")
        case .answerTooLarge, .headersTooLarge:
            act(502, "answer_too_large", "The third party's answer is larger than is passed on.")
        case .malformedAnswer:
            act(502, "upstream_malformed", "What the third party answered can't be passed on: \(error.detail).")
        case .cancelled: act(502, "upstream_unreachable", "The request to the third party was given up.")
        case .stopped: act(503, "stopping", "The server is stopping. Try again later.")
        }
    }
}

/// How an act ended that was not answered: as the audit log has it, and as the caller does.
struct ActEnd: Error {
    let code: String
    let answer: any Error

    init(_ error: any Error) {
        switch error {
        case let failure as ActFailure:
            code = failure.code.rawValue
            answer = APIError.act(failure)
        case let error as EgressError:
            code = error.code
            answer = APIError.act(error)
        default:
            code = "failed"
            answer = error
        }
    }

    private init(code: String, answer: any Error) {
        self.code = code
        self.answer = answer
    }

    /// The intent can't be written, so nothing is done.
    static func unrecorded(_ error: StoreError) -> ActEnd {
        if error == .closed { return ActEnd(code: "stopping", answer: error) }
        return ActEnd(
            code: "audit_unavailable",
            answer: APIError.act(
                503,
                "audit_unavailable",
                "The audit log can't be written, and nothing is done that it could not tell of. Try again later."
            )
        )
    }
}

extension ActRefusal {
    /// The text as a sentence of its own.
    fileprivate var sentence: String { detail.asSentence }
}

extension ActFailure {
    fileprivate var sentence: String { detail.asSentence }
}

extension String {
    var asSentence: String { prefix(1).uppercased() + dropFirst() + (hasSuffix(".") ? "" : ".") }
}

extension EgressError {
    /// What happened, without anything of the request.
    var detail: String {
        switch self {
        case .refusedAddress: "its address is not allowed"
        case .plaintextNotAllowed: "plain HTTP is not allowed"
        case .malformedURL: "the URL is malformed"
        case .malformedHeader(let name): "the header \(name) is malformed or not the caller's to set"
        case .unresolvableHost: "its name has no address"
        case .connectionFailed(let reason), .insecure(let reason), .malformedAnswer(let reason): reason
        case .timedOut: "it took too long"
        case .answerTooLarge: "its answer is too large"
        case .headersTooLarge: "the headers of its answer are too large"
        case .cancelled: "it was given up"
        case .stopped: "the server is stopping"
        }
    }

    /// What went wrong, for audit and metrics.
    var code: String {
        switch self {
        case .refusedAddress, .plaintextNotAllowed: "egress_refused"
        case .malformedURL, .malformedHeader: "bad_request"
        case .unresolvableHost, .connectionFailed, .insecure: "upstream_unreachable"
        case .timedOut: "upstream_timeout"
        case .answerTooLarge, .headersTooLarge: "answer_too_large"
        case .malformedAnswer: "upstream_malformed"
        case .cancelled: "cancelled"
        case .stopped: "stopping"
        }
    }
}
