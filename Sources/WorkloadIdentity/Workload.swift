package import Documents

/// The sender of a token that was verified.
package struct Workload: Sendable {
    /// The workload's name at its issuer.
    package let subject: String
    package let claims: JSONValue

    /// By how much the clocks of an issuer and of this server may differ, in seconds.
    static let skew: Int64 = 60
    private static let subjectBytesAtMost = 1_024

    /// Judges the claims of a token whose signature was verified (RFC 7519, section 4.1).
    init(_ token: JSONWebToken, of issuer: TokenIssuer, at time: Timestamp) throws(TokenRefusal) {
        let claims = token.claims
        guard let url = claims["iss"]?.text, url == issuer.url,
            token.allegedAudiences.contains(where: { audience in
                audience.utf8.elementsEqual(issuer.audience.utf8)
            })
        else { throw .unknownIssuer }
        let seconds = Double(time.microseconds) / 1e6
        guard let expiry = try Self.date("exp", in: claims) else { throw .missingClaim("exp") }
        guard seconds < expiry + Double(Self.skew) else { throw .expired }
        for claim in ["nbf", "iat"] {
            if let start = try Self.date(claim, in: claims), start > seconds + Double(Self.skew) { throw .notYetValid }
        }
        guard let subject = claims["sub"]?.text, !subject.isEmpty,
            subject.withUTF8({ $0.count <= Self.subjectBytesAtMost })
        else { throw .missingClaim("sub") }
        self.subject = subject.string
        self.claims = claims
    }

    /// A number of seconds since 1970, with or without a fraction; `nil` if the claim is not there.
    private static func date(_ claim: String, in claims: JSONValue) throws(TokenRefusal) -> Double? {
        switch claims[claim] {
        case nil: nil
        case .integer(let number)?: Double(number)
        case .number(let number)?: number
        default: throw .missingClaim(claim)
        }
    }
}
