import ActService
import Access
import Documents
import HTTPServer
import Storage

/// The Restriction Policies API, of connections.
///
/// A viewer of a connection may read its policy, and an editor may change it. Those who manage access
/// (`user_access_manage`) may do both whatever the policy says, so that nobody is locked out for good.
struct RestrictionPolicyEndpoints: Sendable {
    let store: any RestrictedConnections & AccessStore & ChangeStore

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Restriction Policies",
            at: "/api/v2/restriction_policy/{resource_id}",
            errors: .strings(.json),
            guarding: .principal(anyOf: [.connectionsWrite, .userAccessManage], registered: false),
            malformedID: .refusedBecause("The resource is no connection"),
            missing: "There is no such connection"
        )
        return [
            group.endpoint(
                .get,
                "",
                "GetRestrictionPolicy",
                "Get a connection's restriction policy; without one, there are no bindings",
                by: [.connectionsRead, .userAccessManage],
                responses: [.ok("The policy", "RestrictionPolicy")],
                .lookup(get)
            ),
            group.endpoint(
                .post,
                "",
                "UpdateRestrictionPolicy",
                "Replace a connection's restriction policy; without bindings, remove it",
                query: .updatePolicy,
                request: "RestrictionPolicyUpdate",
                responses: [.ok("The policy", "RestrictionPolicy")],
                .change(update)
            ),
            group.endpoint(
                .delete,
                "",
                "DeleteRestrictionPolicy",
                "Remove a connection's restriction policy, if it has one",
                responses: [.empty("The connection has none")],
                .change(delete)
            ),
        ]
    }

    private func get(_ call: Call) throws -> Response {
        let id = try connectionID(call)
        return Self.answer(try admitted(.viewer, to: id, call).policy, of: id)
    }

    private func update(_ call: Call) async throws -> Response {
        let id = try connectionID(call)
        // A caller who may not change the policy learns nothing about errors in the body.
        try admitted(.editor, to: id, call)
        let allowsSelfLockout = try call.query().flag("allow_self_lockout") ?? false
        let body = try call.json()
        let policy = try RestrictionPolicyBody(body, of: id, in: call.principal.organization, store: store).policy
        if let policy, !policy.allows(call.principal, .editor), !allowsSelfLockout {
            throw APIError(
                400,
                "This policy would take the relation editor from you: name yourself, a role of yours or your "
                    + "organisation in /data/attributes/bindings, or send allow_self_lockout=true.",
                at: .pointer("/data/attributes/bindings")
            )
        }
        try await replace(policyOf: id, by: policy, call)
        return Self.answer(policy, of: id)
    }

    private func delete(_ call: Call) async throws -> Response {
        try await replace(policyOf: try connectionID(call), by: nil, call)
        return .noContent
    }

    /// Replaces a policy, if the caller may under the one that stands.
    private func replace(
        policyOf id: Identifier,
        by policy: RestrictionPolicy?,
        _ call: Call
    ) async throws {
        let connection = try admitted(.editor, to: id, call)
        if policy == nil, connection.policy == nil { return }
        let change = call.change(
            [
                .setRestrictionPolicy(
                    policy,
                    connection: id,
                    organization: call.principal.organization,
                    expecting: connection.revision
                )
            ],
            events: call.event(
                policy == nil ? "restriction_policy.delete" : "restriction_policy.update",
                on: DocumentSchema.restrictionPolicy.type,
                id,
                // The new ones, or those that go.
                details: [.init("bindings", (policy ?? connection.policy).bindings)]
            )
        )
        try await store.commit(change).requireCommitted(or: .noConnection)
    }

    // MARK: Common parts

    private func connectionID(_ call: Call) throws -> Identifier {
        guard let resource = call.parameters["resource_id"].flatMap({ RestrictedResource($0) }) else {
            throw APIError(
                400,
                "resource_id must be connection: with a connection's id behind it, a UUID: only connections have "
                    + "restriction policies here.",
                at: .parameter("resource_id")
            )
        }
        return resource.connection
    }

    @discardableResult
    private func admitted(
        _ relation: RestrictionPolicy.Relation,
        to id: Identifier,
        _ call: Call
    ) throws -> RestrictedConnection {
        guard let connection = try store.connection(id, in: call.principal.organization) else {
            throw APIError.noConnection
        }
        if !call.principal.permissions.contains(.userAccessManage) {
            try ConnectionAccess.require(relation, under: connection.policy, for: call.principal)
        }
        return connection
    }

    private static func answer(_ policy: RestrictionPolicy?, of id: Identifier) -> Response {
        .resource([
            "id": .string(RestrictedResource(id).description),
            "type": .string(DocumentSchema.restrictionPolicy.type),
            "attributes": ["bindings": policy.bindings],
        ])
    }
}

extension RestrictionPolicy? {
    /// The bindings as they are returned and audited; none without a policy.
    fileprivate var bindings: JSONValue {
        .array(
            (self?.bindings ?? []).map { binding in
                [
                    "relation": .string(binding.relation.rawValue),
                    "principals": .array(binding.principals.map { .string($0.description) }),
                ]
            }
        )
    }
}

extension [QueryParameter] {
    fileprivate static let updatePolicy: [QueryParameter] = [
        QueryParameter(
            name: "allow_self_lockout",
            summary: "Whether the caller may take the relation editor from themselves",
            schema: ["type": "boolean", "default": false]
        )
    ]
}
