import Documents
package import Egress

/// Why a request could not be authenticated, and so was not sent.
package struct ActFailure: Error, Sendable, Equatable {
    /// For programs; it does not change.
    package enum Code: String, Sendable, CaseIterable {
        /// The connection holds no secret where one is needed.
        case secretMissing = "secret_missing"
        /// A secret cannot stand where it must.
        case secretUnusable = "secret_unusable"
        /// Keyway has no credentials of its own at AWS.
        case principalMissing = "principal_missing"
        /// AWS does not take Keyway's own credentials, or its clock.
        case principalRefused = "principal_refused"
        /// The third party refuses to issue a token.
        case tokenRefused = "token_refused"
        /// The third party issues no tokens for now.
        case tokenThrottled = "token_throttled"
        /// The issuer of tokens does not respond.
        case tokenUnreachable = "token_unreachable"
        /// The issuer's response holds no token that can be read.
        case tokenMalformed = "token_malformed"
    }

    package let code: Code
    /// For people: what is wrong and what to do. It quotes no secret and nothing of a response.
    package let detail: String
    /// The third party's own code of the error, such as `invalid_grant`, if it is a known one.
    package let vendorCode: String?
    /// The reason why there is no response.
    package let egressError: EgressError?

    package init(_ code: Code, _ detail: String, vendorCode: String? = nil, egressError: EgressError? = nil) {
        self.code = code
        self.detail = detail
        self.vendorCode = vendorCode
        self.egressError = egressError
    }

    /// Creates the failure of an issuer of tokens that could not be reached.
    init(unreachable error: EgressError, _ whom: String) {
        self.init(.tokenUnreachable, "\(whom), which issues tokens, does not respond", egressError: error)
    }

    /// Creates the failure of an issuer of tokens that responded with an error; `advice` says what to check after a
    /// refusal.
    init(status: Int, vendorCode: String?, _ whom: String, advice: String = "check the connection's credentials") {
        let reason = vendorCode.map { " (\($0))" } ?? ""
        switch status {
        case 429:
            self.init(.tokenThrottled, "\(whom) issues no tokens for now; try again later", vendorCode: vendorCode)
        case 500...:
            self.init(
                .tokenUnreachable,
                "\(whom) responded with status \(status) instead of a token",
                vendorCode: vendorCode
            )
        default:
            self.init(
                .tokenRefused,
                "\(whom) refused to issue a token: \(status)\(reason); \(advice)",
                vendorCode: vendorCode
            )
        }
    }

    /// A code of a token service, if it is one that is known: anything else may be, or hold, what it was sent.
    static func vendorCode(_ text: String?) -> String? {
        guard let text, knownCodes.contains(text) else { return nil }
        return text
    }

    /// The codes of OAuth 2.0 (RFC 6749, section 5.2; RFC 8693; Microsoft's and Google's own), and of AWS STS with
    /// those that are common to all of AWS.
    private static let knownCodes: Set<String> = [
        "access_denied", "account_selection_required", "admin_policy_enforced", "authorization_pending",
        "bad_verification_code", "consent_required", "deleted_client", "disabled_client", "expired_token",
        "insufficient_scope", "interaction_required", "internal_failure", "invalid_assertion", "invalid_client",
        "invalid_grant", "invalid_issuer", "invalid_request", "invalid_resource", "invalid_scope", "invalid_target",
        "invalid_token", "login_required", "mfa_required", "org_internal", "rate_limit_exceeded", "server_error",
        "slow_down", "temporarily_unavailable", "unauthorized_client", "unmet_authn_requirements",
        "unsupported_grant_type", "unsupported_response_type", "unsupported_token_type",

        "AccessDenied", "AccessDeniedException", "AuthFailure", "ExpiredToken", "ExpiredTokenException",
        "IDPCommunicationError", "IDPRejectedClaim", "IncompleteSignature", "InternalError", "InternalFailure",
        "InvalidAccessKeyId", "InvalidAction", "InvalidAuthorizationMessageException", "InvalidClientTokenId",
        "InvalidIdentityToken", "InvalidParameterCombination", "InvalidParameterValue", "InvalidQueryParameter",
        "InvalidSignatureException", "MalformedPolicyDocument", "MalformedQueryString", "MissingAction",
        "MissingAuthenticationToken", "MissingParameter", "NotAuthorized", "OptInRequired", "PackedPolicyTooLarge",
        "RegionDisabledException", "RequestExpired", "RequestTimeTooSkewed", "ServiceUnavailable",
        "SignatureDoesNotMatch", "Throttling", "ThrottlingException", "UnrecognizedClientException",
        "ValidationError",
    ]

    /// Whether a text can be an identifier of AWS': short, of letters, digits and `._:-`.
    static func isPlain(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "._:-".utf8.contains($0) }
    }
}
