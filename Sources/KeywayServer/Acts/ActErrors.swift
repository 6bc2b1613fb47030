import Acting
import Connections
import Egress
import HTTPServer
import Storage

/// The headers by which Keyway speaks of an act itself: what tells an error of its own from anything that a third party
/// says, and the name of the request.
enum ActHeader {
    static let error = "Keyway-Error"
    /// Where it says `false`, the clients of many vendors don't send the request again by themselves.
    static let shouldRetry = "X-Should-Retry"

    /// Names the request in an answer to an act: in `Keyway-Request-Id`, and in `X-Request-Id` unless the third party has
    /// its own there, which its makers ask for.
    static func name(_ requestID: String, in response: inout Response) {
        response.headers.append(.init(name: "Keyway-Request-Id", value: requestID))
        guard !response.headers.contains(where: { $0.name.lowercased() == "x-request-id" }) else { return }
        response.headers.append(.init(name: "X-Request-Id", value: requestID))
    }

    /// Marks an answer that is an error of Keyway's own, to an act or to what may have been meant as one.
    static func mark(_ response: inout Response) {
        mark(&response.headers, status: response.status)
    }

    /// Marks the headers of such an answer.
    static func mark(_ headers: inout [Response.Header], status: Int) {
        guard status >= 400, !headers.contains(where: { $0.name == error }) else { return }
        let code =
            switch status {
            case 403: "forbidden"
            case 404: "not_found"
            case 405: "method_not_allowed"
            case 413: "body_too_large"
            case 429: "too_many_requests"
            case 400..<500: "bad_request"
            case 503: "unavailable"
            default: "failed"
            }
        headers.append(.init(name: error, value: code))
        // The same request would be refused again.
        if status < 500, status != 429 { headers.append(.init(name: shouldRetry, value: "false")) }
    }
}

// What keeps an act from its answer.
extension APIError {
    /// - Parameters:
    ///   - status: The status of the answer.
    ///   - code: What went wrong, for programs.
    ///   - detail: The same for people, and what to do.
    ///   - isTransient: Whether the same request may fare better later; `nil` if the status tells.
    /// - Returns: The error, with the headers that mark it as Keyway's own and keep clients from sending in vain.
    static func act(_ status: Int, _ code: String, _ detail: String, isTransient: Bool? = nil) -> APIError {
        var error = APIError(status, detail)
        error.headers = [.init(name: ActHeader.error, value: code)]
        if !(isTransient ?? (status >= 500 || status == 429)) {
            error.headers.append(.init(name: ActHeader.shouldRetry, value: "false"))
        }
        return error
    }

    static func act(_ refusal: ActRefusal) -> APIError {
        switch refusal.code {
        case .methodNotAllowed, .pathNotAllowed, .queryNotAllowed, .headerNotAllowed, .bodyNotAllowed,
            .serviceNotNamed:
            act(400, "bad_request", refusal.sentence)
        case .bodyTooLong: act(413, "body_too_large", refusal.sentence)
        case .destinationNotAllowed: act(403, "destination_refused", refusal.sentence)
        case .unknownPlaceholder, .connectionNotUsable, .probeNotDeclared: act(409, "not_configured", refusal.sentence)
        }
    }

    static func act(_ failure: ActFailure) -> APIError {
        switch failure.code {
        case .secretMissing, .secretUnusable, .principalMissing: act(409, "not_configured", failure.sentence)
        case .principalRefused, .tokenRefused:
            act(502, "authentication_failed", failure.sentence, isTransient: false)
        case .tokenThrottled: act(502, "authentication_failed", failure.sentence)
        case .tokenMalformed: act(502, "upstream_malformed", failure.sentence)
        case .tokenUnreachable:
            failure.egressError.map { act($0) } ?? act(502, "upstream_unreachable", failure.sentence)
        }
    }

    static func act(_ refusal: RedirectRefusal) -> APIError {
        var error = act(
            502,
            RedirectRefusal.code,
            "The third party redirects the request. \(refusal.reason)",
            isTransient: false
        )
        error.headers.append(.init(name: ProxiedHeaders.upstreamLocation, value: refusal.location))
        return error
    }

    static func act(_ refusal: RuleRefusal) -> APIError {
        refusal.isForLength
            ? act(413, "body_too_large", refusal.description) : act(403, "rule_refused", refusal.description)
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

    /// - Parameters:
    ///   - error: What went wrong.
    ///   - clients: The clients of the third party, if it may have carried out what it may not be asked for twice.
    /// - Returns: The error for the caller.
    static func act(_ error: EgressError, perhapsDone clients: ClientErrors? = nil) -> APIError {
        let failure = act(outcome: error)
        guard let clients, failure.status >= 500, let code = failure.headers.first?.value else { return failure }
        return act(
            // No client is known that sends anything again after 424.
            clients.repeatsPosts ? 424 : failure.status,
            code,
            failure.faults.map(\.detail).joined(separator: " ")
                + " The request was sent, and may have been carried out: look before you send it again.",
            isTransient: false
        )
    }

    private static func act(outcome error: EgressError) -> APIError {
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
        // Neither a name nor a certificate gets better by the next attempt. No client is known that makes one after 424.
        case .unresolvableHost, .insecure:
            act(424, "upstream_unreachable", "The third party was not reached: \(error.detail).")
        case .connectionFailed:
            act(502, "upstream_unreachable", "The third party was not reached: \(error.detail).")
        case .malformedBody(let reason): act(400, "bad_request", reason.asSentence)
        case .bodyTooLarge:
            act(
                413,
                "body_too_large",
                "The body is longer than this server passes on. Its operator can let it pass on more: "
                    + "keyway serve --act-body-limit."
            )
        case .timedOut: act(504, "upstream_timeout", "The third party took too long to answer.")
        case .answerTooLarge, .headersTooLarge:
            act(502, "answer_too_large", "The third party's answer is larger than is passed on.")
        case .malformedAnswer:
            act(502, "upstream_malformed", "What the third party answered can't be passed on: \(error.detail).")
        case .secretInCoding:
            act(
                502,
                "secret_in_coding",
                "The response holds a secret of the connection within a content coding, where it can't be masked."
            )
        case .cancelled: act(502, "upstream_unreachable", "The request to the third party was given up.")
        case .stopped: act(503, "stopping", "The server is stopping. Try again later.")
        }
    }
}

/// How an act ended that was not answered: as the audit log has it, and as the caller does.
struct ActEnd: Error {
    let code: String
    let answer: any Error

    /// - Parameters:
    ///   - error: Why there is no answer.
    ///   - clients: The clients of the third party, if it may have carried out what it may not be asked for twice.
    init(_ error: any Error, perhapsDone clients: ClientErrors? = nil) {
        switch error {
        case let failure as ActFailure:
            code = failure.code.rawValue
            answer = APIError.act(failure)
        case let error as EgressError:
            code = error.code
            answer = APIError.act(error, perhapsDone: clients)
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
        case .malformedBody(let reason): reason
        case .bodyTooLarge: "the request's body is too long"
        case .timedOut: "it took too long"
        case .answerTooLarge: "its answer is too large"
        case .headersTooLarge: "the headers of its answer are too large"
        case .cancelled: "it was given up"
        case .secretInCoding: "it holds a secret within a content coding"
        case .stopped: "the server is stopping"
        }
    }

    /// What went wrong, for audit and metrics.
    var code: String {
        switch self {
        case .refusedAddress, .plaintextNotAllowed: "egress_refused"
        case .malformedURL, .malformedHeader, .malformedBody: "bad_request"
        case .bodyTooLarge: "body_too_large"
        case .unresolvableHost, .connectionFailed, .insecure: "upstream_unreachable"
        case .timedOut: "upstream_timeout"
        case .answerTooLarge, .headersTooLarge: "answer_too_large"
        case .malformedAnswer: "upstream_malformed"
        case .cancelled: "cancelled"
        case .secretInCoding: "secret_in_coding"
        case .stopped: "stopping"
        }
    }
}
