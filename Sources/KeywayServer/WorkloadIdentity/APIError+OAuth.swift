import WorkloadIdentity

/// The errors of a token endpoint (RFC 6749, section 5.2; RFC 8693, section 2.2.2).
enum OAuthErrorCode: String, Sendable {
    /// Also for a token that is not taken, as RFC 8693 wants it.
    case invalidRequest = "invalid_request"
    case unsupportedGrantType = "unsupported_grant_type"
    case invalidScope = "invalid_scope"
    case invalidTarget = "invalid_target"
    case serverError = "server_error"
    case temporarilyUnavailable = "temporarily_unavailable"

    /// The code of an error that has none of its own.
    init(status: Int) {
        switch status {
        case 429, 503, 504: self = .temporarilyUnavailable
        case 500...: self = .serverError
        default: self = .invalidRequest
        }
    }
}

extension APIError {
    /// An error of a token endpoint.
    init(_ code: OAuthErrorCode, _ detail: String) {
        self.init(400, detail)
        self.code = code
    }

    /// - Returns: The error for a caller, and where their issuer fails, a text for the operator's log.
    static func from(_ refusal: TokenRefusal) -> (error: APIError, forOperator: String?) {
        guard case .issuerUnavailable(let failure) = refusal else {
            return (APIError(refusal == .unmapped ? .invalidTarget : .invalidRequest, refusal.detail), nil)
        }
        return (
            APIError(503, "The keys of the token's issuer can't be had at present. The operator's log says why."),
            "the keys of a token issuer can't be had: \(failure.detail)"
        )
    }
}

extension TokenRefusal {
    /// The reason, as a sentence that quotes nothing of the token.
    fileprivate var detail: String {
        switch self {
        case .malformed: "The workload's token is no signed JSON web token, or is too long."
        case .unsupportedAlgorithm: "The workload's token must be signed by RS256 or ES256."
        case .unsupportedExtension: "The workload's token demands an extension (crit) that is not known here."
        case .unknownIssuer: "No organisation here takes tokens of this issuer (iss) with this audience (aud)."
        case .unknownKey: "The issuer of the workload's token has no key of this id and algorithm."
        case .wrongSignature: "The signature of the workload's token is wrong."
        case .missingClaim(let claim): "The workload's token has no claim \(claim), or a malformed one."
        case .expired: "The workload's token has expired."
        case .notYetValid: "The workload's token is not valid yet: its nbf or iat lies in the future."
        case .unmapped: "No mapping of the token issuer fits the claims of the workload's token."
        case .issuerUnavailable: "The keys of the issuer can't be had."
        }
    }
}

extension IssuerFailure {
    fileprivate var detail: String {
        switch self {
        case .unreachable(let reason): reason
        case .status(let status): "it answers with status \(status)"
        case .malformedConfiguration:
            "its openid-configuration is malformed, or names another issuer or a place of keys that can't be used"
        case .malformedKeys: "it has no key set, or none with a usable key"
        }
    }
}
