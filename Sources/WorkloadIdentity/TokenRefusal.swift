/// Why a workload's token is not taken.
package enum TokenRefusal: Error, Sendable, Equatable {
    /// It is no signed JSON web token, or is longer than any.
    case malformed
    /// It is encrypted, unsigned, or signed in another manner than RS256 or ES256.
    case unsupportedAlgorithm
    /// It demands an extension to be understood (`crit`).
    case unsupportedExtension
    /// No issuer that an organisation named has this URL and this audience.
    case unknownIssuer
    /// The issuer publishes no key that fits the token.
    case unknownKey
    case wrongSignature
    /// A claim that has to be there is not, or is of another kind.
    case missingClaim(String)
    case expired
    /// It says that it holds from a later time on, or that it was issued then.
    case notYetValid
    /// No mapping of the issuer fits its claims.
    case unmapped
    /// The issuer's keys could not be had.
    case issuerUnavailable(IssuerFailure)
}

/// Why an issuer's keys could not be had. No text of it is the issuer's.
package enum IssuerFailure: Error, Sendable, Equatable {
    /// The request failed, or took too long.
    case unreachable(String)
    /// Neither the configuration nor the keys may be elsewhere than where the first request led.
    case status(Int)
    /// The configuration names another issuer, or no place of keys.
    case malformedConfiguration
    /// The keys are no JSON web key set, or none of them can be used.
    case malformedKeys
}
