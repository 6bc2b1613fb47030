import Access
import ActService
import Acting
import Connections
import Egress
import HTTPServer
import NetworkTypes

// The errors of callers and acts, as statuses and texts.
extension APIError {
    init(_ error: GateError) {
        switch error {
        case .unknownAPIKey:
            self.init(403, "Forbidden: the API key is not valid.", at: .header("DD-API-KEY"))
        case .unknownKeys:
            self.init(403, "Forbidden: the API key and the application key are not a valid pair.")
        case .unknownAccessKey:
            self = .act(
                403,
                "invalid_access_key_id",
                "The access key id is that of no act token, or of one that has expired or was revoked."
            )
        case .unknownToken:
            self.init(
                403,
                "Forbidden: the token is not valid: it has expired, was revoked, or is none of this server's."
            )
        case .exhausted(let quota):
            self.init(
                429,
                "This key may send \(quota.limit.requests) requests in \(quota.limit.seconds) s. "
                    + "Wait X-RateLimit-Reset seconds."
            )
        case .permissionMissing(let permissions):
            let names = permissions.map(\.rawValue).joined(separator: " or ")
            self.init(403, "The credential of this request lacks the permission \(names).")
        case .unregistered(let key):
            self.init(
                403,
                "The application key is not registered for connections: "
                    + "PUT /api/v2/actions/app_key_registrations/\(key) registers it."
            )
        }
    }

    init(_ refusal: SignatureRefusal) {
        let (status, code) =
            switch refusal.code {
            case .malformed: (400, "incomplete_signature")
            case .unsignedHeader, .mismatch: (403, Self.signatureMismatch)
            case .skewed: (403, "request_time_too_skewed")
            case .expired: (403, "access_denied")
            case .bodyTooLong: (413, "body_too_large")
            }
        self = .act(status, code, refusal.detail.asSentence)
    }

    init(_ error: AccessError) {
        switch error {
        case .noConnection: self = .noConnection
        // Not a 404: clients that keep an account of what there is would take the connection for deleted, and create it
        // again.
        case .restricted(let relation):
            self.init(
                403,
                "The connection's restriction policy does not give you the relation \(relation.rawValue), which this "
                    + "needs. An editor of the connection, or anyone with the permission user_access_manage, can change "
                    + "the policy: POST /api/v2/restriction_policy/connection:{connection_id}."
            )
        }
    }

    static let noConnection = APIError(
        404,
        "There is no connection with this id in your organisation.",
        at: .parameter("connection_id")
    )

    init(_ error: InquiryError) {
        switch error {
        case .foreignExternalID:
            self.init(
                403,
                "The account's external id was brought, not issued here, so its role is not assumed. Let "
                    + "POST \(AWSAccountEndpoints.path)/generate_new_external_id issue one, put it into the role's trust "
                    + "policy, and update the account's auth_config with it."
            )
        case .tooMany(let number):
            self.init(429, "This account is being asked about \(number) times already. Try again later.")
        case .unrecorded: self = .refusedIssue
        case .credentials(let failure): self.init(403, failure.detail.asSentence)
        case .unavailable(let detail): self.init(503, detail.asSentence)
        }
    }
}

extension APIError {
    /// An error of an act, and where it is the server's own trouble, a text for the operator's log.
    static func from(_ error: ActError) -> (error: APIError, forOperator: String?) {
        switch error.cause {
        case .refused(let refusal): (act(refusal), nil)
        case .rule(let refusal): (act(refusal), nil)
        case .token(let refusal): (act(refusal), nil)
        case .tooMany(let number):
            (tooManyActs("\(number) acts through this connection are under way, which is the limit."), nil)
        case .tooFast(let number):
            (tooManyActs("\(number) acts through this connection began in this second, which is the limit."), nil)
        case .unrecorded:
            (unrecorded, nil)
        case .masterKeyUnavailable(let reason):
            (
                act(503, "master_key_unavailable", masterKeyIsUnavailable).waiting(seconds: 1),
                "the master key is unavailable: \(reason)"
            )
        case .authentication(let failure): (act(failure), nil)
        case .egress(let egressError, let isPerhapsDone):
            (act(egressError, perhapsDone: isPerhapsDone ? error.clients : nil), nil)
        case .redirect(let refusal, let isPerhapsDone):
            (act(refusal, perhapsDone: isPerhapsDone ? error.clients : nil), nil)
        case .other(let other): from(other)
        }
    }

    /// - Parameters:
    ///   - status: The status of the response.
    ///   - code: What went wrong, for programs.
    ///   - detail: The same for people, and what to do.
    ///   - isTransient: Whether the same request may fare better later; `nil` if the status tells.
    /// - Returns: The error, with the headers that mark it as Keyway's own and keep clients from sending in vain.
    private static func act(
        _ status: Int,
        _ code: String,
        _ detail: String,
        isTransient: Bool? = nil
    ) -> APIError {
        var error = APIError(status, detail)
        error.headers = [.init(name: ActHeader.error, value: code)]
        if !(isTransient ?? (status >= 500 || status == 429)) {
            error.headers.append(.init(name: ActHeader.shouldRetry, value: "false"))
        }
        return error
    }

    private static func act(_ refusal: ActError.TokenRefusal) -> APIError {
        let detail =
            switch refusal {
            case .otherConnection: "The act token is for other connections than this one."
            case .limits(let refusal): "The act token does not allow the request: \(refusal.parts)."
            case .usedUp: "The acts of this act token are used up. Make another token."
            case .revoked: "The act token was revoked."
            }
        return act(403, "token_refused", detail)
    }

    private static func act(_ refusal: ActRefusal) -> APIError {
        switch refusal.code {
        case .methodNotAllowed, .pathNotAllowed, .queryNotAllowed, .headerNotAllowed, .bodyNotAllowed,
            .serviceNotNamed:
            act(400, "bad_request", refusal.sentence)
        case .credentialMissing: credentialMissing(refusal.sentence)
        case .bodyNotSigned: act(403, Self.signatureMismatch, refusal.sentence)
        case .bodyTooLong: act(413, "body_too_large", refusal.sentence)
        case .destinationNotAllowed: act(403, "destination_refused", refusal.sentence)
        case .unknownPlaceholder, .connectionNotUsable, .probeNotDeclared: act(409, "not_configured", refusal.sentence)
        }
    }

    /// Asks for a credential, as tools do that send theirs when they are asked for it.
    private static func credentialMissing(_ detail: String) -> APIError {
        var error = act(401, "credential_missing", detail)
        error.headers.append(.init(name: "WWW-Authenticate", value: "Basic realm=\"Keyway\""))
        return error
    }

    private static func act(_ failure: ActFailure) -> APIError {
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

    /// - Parameters:
    ///   - refusal: The reason why the redirect is not passed on.
    ///   - clients: The clients of the third party, if the request may not be sent twice.
    /// - Returns: The error for the caller.
    private static func act(_ refusal: RedirectRefusal, perhapsDone clients: ClientErrors?) -> APIError {
        var error = act(
            clients?.repeatsPosts == true ? 424 : 502,
            RedirectRefusal.code,
            "The third party redirects the request. \(refusal.reason)" + (clients == nil ? "" : perhapsDone),
            isTransient: false
        )
        error.headers.append(.init(name: ProxiedHeaders.upstreamLocation, value: refusal.location))
        return error
    }

    private static func act(_ refusal: RuleRefusal) -> APIError {
        refusal.isForLength
            ? act(413, "body_too_large", refusal.description) : act(403, "rule_refused", refusal.description)
    }

    private static var unrecorded: APIError {
        var error = act(
            503,
            "audit_unavailable",
            "The audit log can't be written, and nothing is done without it. Try again later."
        )
        error.headers.append(.init(name: "Retry-After", value: "1"))
        return error
    }

    private static func tooManyActs(_ detail: String) -> APIError {
        act(429, "too_many_acts", "\(detail) Try again later, or raise the limit in its settings.")
            .waiting(seconds: 1)
    }

    /// - Parameters:
    ///   - error: What went wrong.
    ///   - clients: The clients of the third party, if it may have carried out what it may not be asked for twice.
    /// - Returns: The error for the caller.
    private static func act(_ error: EgressError, perhapsDone clients: ClientErrors? = nil) -> APIError {
        let failure = act(outcome: error)
        guard let clients, failure.status >= 500, let code = failure.headers.first?.value else { return failure }
        return act(
            // No client is known that sends anything again after 424.
            clients.repeatsPosts ? 424 : failure.status,
            code,
            failure.issues.map(\.detail).joined(separator: " ") + perhapsDone,
            isTransient: false
        )
    }

    /// The code of a request, or of its body, that is not the one that was signed.
    static let signatureMismatch = "signature_does_not_match"

    private static let perhapsDone =
        " The request was sent, and may have been carried out: look before you send it again."

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
        // Neither a name nor a certificate gets better by the next attempt. No client is known that makes one after
        // 424.
        case .unresolvableHost, .insecure:
            act(424, "upstream_unreachable", "The third party was not reached: \(error.detail).")
        case .connectionFailed:
            act(502, "upstream_unreachable", "The third party was not reached: \(error.detail).")
        case .malformedBody(let reason): act(400, "bad_request", reason.asSentence)
        case .unsignedBody(let reason): act(403, Self.signatureMismatch, reason.asSentence)
        case .bodyTooLarge:
            act(
                413,
                "body_too_large",
                "The body is longer than this server passes on. Its operator can let it pass on more: "
                    + "keyway serve --act-body-limit."
            )
        case .timedOut: act(504, "upstream_timeout", "The third party took too long to respond.")
        case .responseTooLarge, .headersTooLarge:
            act(502, "answer_too_large", "The third party's response is too large to be passed on.", isTransient: false)
        case .malformedResponse:
            act(502, "upstream_malformed", "The third party's response can't be passed on: \(error.detail).")
        case .secretInCoding:
            act(
                502,
                "secret_in_coding",
                "The response holds a secret of the connection within a content coding, where it can't be masked.",
                isTransient: false
            )
        case .cancelled: act(502, "upstream_unreachable", "The request to the third party was given up.")
        case .stopped: act(503, "stopping", "The server is stopping. Try again later.")
        }
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
    /// The event, with nothing of the request.
    var detail: String {
        switch self {
        case .refusedAddress: "its address is not allowed"
        case .plaintextNotAllowed: "plain HTTP is not allowed"
        case .malformedURL: "the URL is malformed"
        case .malformedHeader(let name): "the header \(name) is malformed or not the caller's to set"
        case .unresolvableHost: "its name has no address"
        case .connectionFailed(let reason), .insecure(let reason), .malformedResponse(let reason): reason
        case .malformedBody(let reason), .unsignedBody(let reason): reason
        case .bodyTooLarge: "the request's body is too long"
        case .timedOut: "it took too long"
        case .responseTooLarge: "its response is too large"
        case .headersTooLarge: "the headers of its response are too large"
        case .cancelled: "it was given up"
        case .secretInCoding: "it holds a secret within a content coding"
        case .stopped: "the server is stopping"
        }
    }
}
