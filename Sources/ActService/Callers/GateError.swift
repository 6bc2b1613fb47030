package import Access
package import Documents

/// The reason why the gate does not let a caller in.
package enum GateError: Error, Equatable {
    /// No valid API key.
    case unknownAPIKey
    /// The keys are no valid pair.
    case unknownKeys
    /// The token is none, has expired or was revoked, or its owner is disabled.
    case unknownToken
    /// The access key id is that of no act token, or of one that has expired or was revoked.
    case unknownAccessKey
    /// The key has used up its share of requests.
    case exhausted(Quota)
    /// The credential has none of these permissions, of which one is needed.
    case permissionMissing([Permission])
    /// The application key is not registered for connections.
    case unregistered(Identifier)

    /// Finds what keeps a caller out whose credential is valid.
    ///
    /// - Parameters:
    ///   - principal: The caller.
    ///   - quota: What is left of its share of requests; `nil` if there is no limit.
    ///   - permissions: Those of which one is needed; none for any caller.
    ///   - mustBeRegistered: Whether only registered keys are let in.
    /// - Returns: `nil` if the caller is let in.
    package static func objection(
        to principal: Principal,
        _ quota: Quota?,
        permissions: [Permission],
        mustBeRegistered: Bool
    ) -> GateError? {
        if let quota, !quota.isAllowed { return .exhausted(quota) }
        if !permissions.isEmpty, !permissions.contains(where: principal.permissions.contains) {
            return .permissionMissing(permissions)
        }
        if mustBeRegistered, !principal.isRegistered { return .unregistered(principal.credential) }
        return nil
    }
}
