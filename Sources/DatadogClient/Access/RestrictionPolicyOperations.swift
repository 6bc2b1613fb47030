/// The operations on restriction policies.
///
/// Source: the Restriction Policies API, https://docs.datadoghq.com/api/latest/restriction-policies/
public struct RestrictionPolicyOperations: Sendable {
    let requester: Requester

    /// Gets the policy of a resource.
    ///
    /// - Parameter resource: The resource.
    /// - Returns: The policy; without bindings if the resource has none.
    /// - Throws: ``DatadogError``: `notFound` if there is no such resource, and those of any operation.
    public func get(_ resource: RestrictionPolicy.Resource) async throws -> RestrictionPolicy {
        try await requester.data(Self.operation("GET", resource.rawValue))
    }

    /// Replaces the policy of a resource; one without bindings removes it.
    ///
    /// - Parameters:
    ///   - policy: The policy.
    ///   - allowSelfLockout: Whether the policy may take the relation `editor` from the caller.
    /// - Returns: The policy as it is now.
    /// - Throws: ``DatadogError``: `invalid` if it names someone who is not there, or would lock the caller out;
    ///   `notFound`, and those of any operation.
    @discardableResult
    public func update(
        _ policy: RestrictionPolicy,
        allowSelfLockout: Bool = false
    ) async throws -> RestrictionPolicy {
        var operation = Self.operation("POST", policy.id)
        if allowSelfLockout { operation.query = [("allow_self_lockout", "true")] }
        operation.body = policy
        return try await requester.data(operation)
    }

    /// Removes the policy of a resource, if it has one.
    ///
    /// - Parameter resource: The resource.
    /// - Throws: ``DatadogError``: `notFound` if there is no such resource, and those of any operation.
    public func delete(_ resource: RestrictionPolicy.Resource) async throws {
        try await requester.perform(ignoringAnswer: Self.operation("DELETE", resource.rawValue))
    }

    private static func operation(_ method: String, _ resource: String) -> Operation {
        Operation(method, ["v2", "restriction_policy", resource])
    }
}
