package import Access
package import Documents
package import Storage

/// The one way to a connection: the gate has checked the caller's permissions, and a restriction policy may allow less
/// of this connection than they do.
package struct ConnectionAccess: Sendable {
    /// No secret can be reached through it.
    private let store: any RestrictedConnections

    package init(store: any RestrictedConnections) {
        self.store = store
    }

    /// The connection, if the caller has the relation to it.
    ///
    /// - Returns: The connection as it is stored now: a change that expects its revision is a conflict if the policy is
    ///   another by then.
    /// - Throws: ``AccessError``; ``StoreError`` if the store can't tell.
    @discardableResult
    package func require(
        _ relation: RestrictionPolicy.Relation,
        on id: Identifier,
        for principal: Principal
    ) throws -> RestrictedConnection {
        try Self.require(relation, to: try store.connection(id, in: principal.organization), for: principal)
    }

    /// A connection that was read already, if the caller has the relation to it.
    ///
    /// - Throws: ``AccessError``, also if nothing was found.
    package static func require(
        _ relation: RestrictionPolicy.Relation,
        to found: RestrictedConnection?,
        for principal: Principal
    ) throws(AccessError) -> RestrictedConnection {
        guard let found else { throw .noConnection }
        try require(relation, under: found.policy, for: principal)
        return found
    }

    /// Checks a policy that was read already, such as that of an ``ActingState``.
    ///
    /// - Throws: ``AccessError`` if the policy does not give the relation.
    package static func require(
        _ relation: RestrictionPolicy.Relation,
        under policy: RestrictionPolicy?,
        for principal: Principal
    ) throws(AccessError) {
        guard let policy, !policy.allows(principal, relation) else { return }
        throw .restricted(relation)
    }

    /// A page of the connections that the caller may view.
    package func page(
        for principal: Principal,
        matching filter: DocumentFilter,
        page: Page
    ) throws(StoreError) -> PageOf<[UInt8]> {
        try store.connections(visibleTo: principal, matching: filter, page: page)
    }
}

/// The reason why a caller does not get to a connection.
package enum AccessError: Error, Equatable {
    /// It is not there, or is another organisation's.
    case noConnection
    /// Its restriction policy does not give the caller the relation.
    case restricted(RestrictionPolicy.Relation)
}
