import Access
import Documents
import Storage

/// Creates, changes and deletes an organisation's own roles.
///
/// Nobody gives a role what the key of the request does not have; to take something from one hands nothing out.
struct RoleEditor: Sendable {
    let store: any AccessStore & ChangeStore

    static let notFound = APIError(404, "Role not found", at: .parameter("role_id"))

    /// The roles that an organisation may have of its own.
    static let rolesAtMost = 1000

    /// Creates a role.
    ///
    /// - Parameters:
    ///   - body: Its name, and the permissions that it is to have.
    ///   - id: The id that it gets.
    ///   - call: Who creates it.
    ///   - original: The role that it is a copy of.
    /// - Returns: The role.
    /// - Throws: ``APIError`` with 403 if it would have permissions that the caller has not, with 409 if another role
    ///   has the name; what the store throws.
    func create(
        _ body: RoleBody,
        _ id: Identifier,
        _ call: Call,
        copyOf original: Identifier? = nil
    ) async throws -> Role {
        let organization = call.principal.organization
        var given = body.permissions ?? []
        var records: [AccessRevision] = []
        if let original {
            guard let original = try store.role(original, in: organization) else { throw Self.notFound }
            given = original.permissions
            records = [original].accessRevisions
        }
        let role = OwnRole(
            id: id,
            organization: organization,
            name: body.name,
            given: given,
            source: body.source.map { OwnRole.Source($0) },
            createdAt: .now
        )
        try requireFree(role.name)
        try call.requireOwn(role.permissions, of: "The role")
        try requireOwnSource(of: role, call)
        var details = role.details
        if let original { details.append(.init("copy_of", .string(original.description))) }
        let change = call.change(
            [.createRole(role)],
            decidedOn: records,
            requiring: [.atMost(Self.rolesAtMost, .ownRoles(of: organization))],
            events: call.event("role.create", on: "roles", id, details: details)
        )
        try await store.commit(change)
            .requireCommitted(duplicate: .roleNameTaken, unmet: Self.full)
        return Role(role)
    }

    private static let full = APIError(
        400,
        "The organisation has \(rolesAtMost) roles of its own, the most it may have. Delete some."
    )

    /// Changes a role.
    ///
    /// - Parameters:
    ///   - id: Which.
    ///   - call: Who changes it; of the same organisation.
    ///   - action: What the audit log calls it.
    ///   - edit: The change. It may refuse, and may leave the role as it is: nothing is written then.
    /// - Returns: The role as it is now.
    /// - Throws: What `edit` and the store throw; ``notFound``; ``Overtaken``; ``APIError`` with 403 if the role is
    ///   shipped, or would get permissions that the caller has not; with 409 if another role has the name.
    func edit(
        _ id: Identifier,
        _ call: Call,
        as action: String,
        _ edit: (inout OwnRole) throws -> Void
    ) async throws -> Role {
        let current = try ownRole(id, call)
        var role = current
        // What it inherited so far is its own from now on.
        role.given = current.permissions
        try edit(&role)
        guard
            (role.name, role.given) != (current.name, current.permissions)
                || role.source?.role != current.source?.role
        else { return Role(current) }
        if role.name != current.name { try requireFree(role.name) }
        role.source = role.source.flatMap { Role.shipped($0.role) }.map { OwnRole.Source($0) }
        try call.requireOwn(role.permissions.subtracting(current.permissions), of: "The role")
        if role.source?.role != current.source?.role { try requireOwnSource(of: role, call) }
        role.modifiedAt = .now
        let change = call.change(
            [.updateRole(role)],
            events: call.event(action, on: "roles", id, details: role.details)
        )
        try await store.commit(change).requireCommitted(or: Self.notFound, duplicate: .roleNameTaken)
        return Role(role)
    }

    /// Deletes a role: who had it loses it.
    func delete(_ id: Identifier, _ call: Call) async throws {
        let role = try ownRole(id, call)
        let users = try store.userCounts(in: role.organization)[id] ?? 0
        let change = call.change(
            [.deleteRole(id, organization: role.organization)],
            decidedOn: [role.accessRevision],
            events: call.event(
                "role.delete",
                on: "roles",
                id,
                details: role.details + [.init("users", .integer(Int64(users)))]
            )
        )
        try await store.commit(change).requireCommitted(or: Self.notFound)
    }

    private func ownRole(_ id: Identifier, _ call: Call) throws -> OwnRole {
        if let shipped = Role.shipped(id) {
            throw APIError(
                403,
                "The \(shipped.name) is shipped, and stays as it is: POST /api/v2/roles/{role_id}/clone makes a copy "
                    + "that can be changed.",
                at: .parameter("role_id")
            )
        }
        guard let role = try store.ownRole(id, in: call.principal.organization) else { throw Self.notFound }
        return role
    }

    /// No own role is called as a shipped one is. That no two own ones share a name, the store sees to.
    private func requireFree(_ name: String) throws {
        guard !Role.shipped.contains(where: { $0.name == name }) else { throw APIError.roleNameTaken }
    }

    /// Requires the whole shipped role of a caller who lets a role inherit from it: what it will grant is not known
    /// yet.
    private func requireOwnSource(of role: OwnRole, _ call: Call) throws {
        guard let source = role.source.flatMap({ Role.shipped($0.role) }) else { return }
        try call.requireOwn(source.permissions, of: "The role, by what it is to receive from the \(source.name),")
    }
}

extension APIError {
    /// Two roles of an organisation may not have one name.
    fileprivate static let roleNameTaken = APIError(
        409,
        "/data/attributes/name is another role's: A role with the same name already exists",
        at: .pointer("/data/attributes/name")
    )
}

extension OwnRole {
    /// The details of an audit event: the role as it is after it; a deleted one, as it was.
    fileprivate var details: [JSONValue.Member] {
        var details: [JSONValue.Member] = [
            .init("name", .string(name)),
            .init("permissions", .array(permissions.members.map { .string($0.rawValue) })),
        ]
        if let source { details.append(.init("source_role_id", .string(source.role.description))) }
        return details
    }
}
