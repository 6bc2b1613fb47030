package import Acting

/// The outcome of an act that is planned and not done: it would be allowed.
package struct DryRun: Sendable {
    /// The request that would be sent.
    package let request: MaskedRequest
    /// The rule that allows it; `nil` if there are no rules, or if they are only observed.
    package let rule: String?
}
