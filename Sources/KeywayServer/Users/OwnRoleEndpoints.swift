import Access
import Documents
import HTTPServer
import Storage

/// The roles that an organisation makes for itself. The shipped ones stay as they are.
struct OwnRoleEndpoints: Sendable {
    private let store: any AccessStore & ChangeStore
    private let identifiers: IdentifierGenerator
    private let editor: RoleEditor

    init(store: any AccessStore & ChangeStore, identifiers: IdentifierGenerator) {
        self.store = store
        self.identifiers = identifiers
        editor = RoleEditor(store: store)
    }

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Roles",
            at: "/api/v2/roles",
            errors: .strings(.json),
            guarding: .principal(anyOf: [.userAccessManage], registered: false),
            missing: "There is no such role"
        )
        return [
            group.endpoint(
                .post,
                "",
                "CreateRole",
                "Create a role; the caller must have what it grants",
                request: "RoleCreate",
                responses: [.ok("The role", "Role"), .error(409, "Another role has the name")],
                .change(create)
            ),
            group.endpoint(
                .patch,
                "/{role_id}",
                "UpdateRole",
                "Change a custom role; the caller must have what it newly grants",
                request: "RoleUpdate",
                responses: [
                    .ok("The role", "Role"), .error(409, "Another role has the name"),
                    .error(422, "The id in the body is not the one in the path"),
                ],
                .change(update)
            ),
            group.endpoint(
                .delete,
                "/{role_id}",
                "DeleteRole",
                "Delete a custom role; all who have it lose it",
                responses: [.empty("Deleted")],
                .change(delete)
            ),
            group.endpoint(
                .post,
                "/{role_id}/clone",
                "CloneRole",
                "Create a role with the permissions of another, which the caller must have",
                request: "RoleClone",
                responses: [.ok("The role", "Role"), .error(409, "Another role has the name")],
                .change(clone)
            ),
            group.endpoint(
                .post,
                "/{role_id}/permissions",
                "AddPermissionToRole",
                "Give a custom role a permission, which the caller must have",
                request: "PermissionReference",
                responses: [.ok("The role's permissions", "PermissionList")],
                .change { call in
                    try await setPermission(call, as: "role.add_permission") { $0.union([$1]) }
                }
            ),
            group.endpoint(
                .delete,
                "/{role_id}/permissions",
                "RemovePermissionFromRole",
                "Take a permission from a custom role",
                request: "PermissionReference",
                responses: [.ok("The role's permissions", "PermissionList")],
                .change { call in
                    try await setPermission(call, as: "role.remove_permission") { $0.subtracting([$1]) }
                }
            ),
        ]
    }

    private func create(_ call: Call) async throws -> Response {
        let id = identifiers.next()
        return try answer(try await editor.create(try RoleBody(try call.json(), id: id), id, call), call)
    }

    private func clone(_ call: Call) async throws -> Response {
        let original = try call.identifier("role_id", or: RoleEditor.notFound)
        let id = identifiers.next()
        let body = try RoleBody(try call.json(), schema: .roleClone, id: id)
        guard body.permissions == nil else {
            let pointer = "/data/relationships"
            throw InvalidDocument([
                Problem(pointer: pointer, detail: "must be left out: a copy has the permissions of the role")
            ])
        }
        return try answer(try await editor.create(body, id, call, copyOf: original), call)
    }

    private func update(_ call: Call) async throws -> Response {
        let id = try call.identifier("role_id", or: RoleEditor.notFound)
        let body = try call.json()
        let role = try await editor.edit(id, call, as: "role.update") { role in
            if let sent = body["data"]?["id"]?.text, Identifier(sent.string) != id {
                throw APIError(422, "/data/id must be the id in the path, or be left out", at: .pointer("/data/id"))
            }
            let change = try RoleBody(body, id: id, of: role)
            role.name = change.name
            role.source = change.source.map { OwnRole.Source($0) }
            if let permissions = change.permissions { role.given = permissions }
        }
        return try answer(role, call)
    }

    private func delete(_ call: Call) async throws -> Response {
        try await editor.delete(try call.identifier("role_id", or: RoleEditor.notFound), call)
        return .noContent
    }

    private func setPermission(
        _ call: Call,
        as action: String,
        _ change: (PermissionSet, Permission) -> PermissionSet
    ) async throws -> Response {
        let id = try call.identifier("role_id", or: RoleEditor.notFound)
        let named = try ResourceReference.id(inBody: try call.json(), ofType: "permissions")
        guard let permission = Permission(id: named) else {
            throw InvalidDocument([
                Problem(pointer: "/data/id", detail: "is no permission's: GET /api/v2/permissions lists them")
            ])
        }
        let role = try await editor.edit(id, call, as: action) { $0.given = change($0.given, permission) }
        return .permissions(role.permissions, since: try store.creationTime(of: call.principal.organization))
    }

    private func answer(_ role: Role, _ call: Call) throws -> Response {
        let organization = call.principal.organization
        let time = try store.creationTime(of: organization)
        return .resource(role.json(since: time, userCount: try store.userCounts(in: organization)[role.id] ?? 0))
    }
}
