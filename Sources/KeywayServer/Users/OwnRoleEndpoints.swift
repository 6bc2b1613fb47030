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
        let element = "/api/v2/roles/{role_id}"
        return [
            endpoint(.post, "/api/v2/roles", .createRole, create),
            endpoint(.patch, element, .updateRole, update),
            endpoint(.delete, element, .deleteRole, delete),
            endpoint(.post, "\(element)/clone", .cloneRole, clone),
            endpoint(.post, "\(element)/permissions", .addPermissionToRole) { call in
                try await setPermission(call, as: "role.add_permission") { $0.union([$1]) }
            },
            endpoint(.delete, "\(element)/permissions", .removePermissionFromRole) { call in
                try await setPermission(call, as: "role.remove_permission") { $0.subtracting([$1]) }
            },
        ]
    }

    private func endpoint(
        _ method: HTTPMethod,
        _ path: String,
        _ description: OperationDescription,
        _ change: @escaping @Sendable (Call) async throws -> Response
    ) -> Endpoint {
        Endpoint(
            method: method,
            path: path,
            guarding: .principal(anyOf: [.userAccessManage], registered: false),
            errors: .strings(.json),
            description: description,
            handling: .change(change)
        )
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

extension OperationDescription {
    fileprivate static let tag = "Roles"
    private static let answered = DescribedResponse(200, "The role", .schema("Role", .json))
    private static let absent = DescribedResponse.error(404, "There is no such role")
    private static let malformed = DescribedResponse.error(400, "The body is not valid; every error is named")
    private static let taken = DescribedResponse.error(409, "Another role has the name")
    private static let permissions = DescribedResponse(
        200,
        "The role's permissions",
        .schema("PermissionList", .json)
    )

    fileprivate static let createRole = OperationDescription(
        id: "CreateRole",
        summary: "Create a role; the caller must have what it grants",
        tag: tag,
        request: "RoleCreate",
        responses: [answered, malformed, taken]
    )

    fileprivate static let updateRole = OperationDescription(
        id: "UpdateRole",
        summary: "Change a role of one's own; the caller must have what it newly grants",
        tag: tag,
        request: "RoleUpdate",
        responses: [
            answered, malformed, absent, taken, .error(422, "The id in the body is not the one in the path"),
        ]
    )

    fileprivate static let deleteRole = OperationDescription(
        id: "DeleteRole",
        summary: "Delete a role of one's own; all who have it lose it",
        tag: tag,
        responses: [DescribedResponse(204, "Deleted"), absent]
    )

    fileprivate static let cloneRole = OperationDescription(
        id: "CloneRole",
        summary: "Create a role with the permissions of another, which the caller must have",
        tag: tag,
        request: "RoleClone",
        responses: [answered, malformed, absent, taken]
    )

    fileprivate static let addPermissionToRole = OperationDescription(
        id: "AddPermissionToRole",
        summary: "Give a role of one's own a permission, which the caller must have",
        tag: tag,
        request: "PermissionReference",
        responses: [permissions, malformed, absent]
    )

    fileprivate static let removePermissionFromRole = OperationDescription(
        id: "RemovePermissionFromRole",
        summary: "Take a permission from a role of one's own",
        tag: tag,
        request: "PermissionReference",
        responses: [permissions, malformed, absent]
    )
}
