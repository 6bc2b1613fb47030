import Access
import Documents
import HTTPServer
import Storage

/// The one way to a connection: the gate has checked the caller's permissions, and a restriction policy may allow less
/// of this connection than they do.
struct ConnectionAccess: Sendable {
    /// No secret can be reached through it.
    let store: any RestrictedConnections

    /// The connection, if the caller has the relation to it.
    ///
    /// - Returns: The connection as it is stored now: a change that expects its revision is a conflict if the policy is
    ///   another by then.
    /// - Throws: ``APIError`` with 404 if the caller's organisation has no such connection, with 403 if its policy does
    ///   not give the relation; ``StoreError`` if the store can't tell.
    @discardableResult
    func require(
        _ relation: RestrictionPolicy.Relation,
        on id: Identifier,
        for call: Call
    ) throws -> RestrictedConnection {
        guard let connection = try store.connection(id, in: call.principal.organization) else {
            throw APIError.noConnection
        }
        try Self.require(relation, under: connection.policy, for: call.principal)
        return connection
    }

    /// Checks a policy that was read already, such as that of an ``ActingState``.
    ///
    /// - Throws: ``APIError`` with 403 if the policy does not give the relation.
    static func require(
        _ relation: RestrictionPolicy.Relation,
        under policy: RestrictionPolicy?,
        for principal: Principal
    ) throws(APIError) {
        guard let policy, !policy.allows(principal, relation) else { return }
        throw .restricted(relation)
    }

    /// A page of the connections that the caller may view.
    func page(
        for call: Call,
        matching filter: DocumentFilter,
        page: Page
    ) throws(StoreError) -> PageOf<[UInt8]> {
        try store.connections(visibleTo: call.principal, matching: filter, page: page)
    }
}

extension APIError {
    /// The connection is not there, or is another organisation's.
    static let noConnection = APIError(
        404,
        "There is no connection with this id in your organisation.",
        at: .parameter("connection_id")
    )

    /// It is there, and the caller may not do this with it. Not a 404: clients that keep an account of what there is
    /// would take the connection for deleted, and create it anew.
    fileprivate static func restricted(_ relation: RestrictionPolicy.Relation) -> APIError {
        APIError(
            403,
            "The connection's restriction policy does not give you the relation \(relation.rawValue), which this needs. "
                + "An editor of the connection, or anyone with the permission user_access_manage, can change the policy: "
                + "POST /api/v2/restriction_policy/connection:{connection_id}."
        )
    }

    /// Nothing was done, after many rounds.
    static let contended = APIError(
        503,
        "Others changed the same document each time that this change was tried. Try again later."
    )
}
