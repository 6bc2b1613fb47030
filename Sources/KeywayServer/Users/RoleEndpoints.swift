import ActService
import Access
import Documents
import HTTPServer
import NetworkTypes
import Storage

/// Reads of roles, who has them, and the permissions that they are made of.
struct RoleEndpoints: Sendable {
    private let store: any AccessStore & ChangeStore
    private let uses: KeyUses
    private let editor: UserEditor

    private enum Criterion {
        case name, modifiedAt, userCount
    }

    private static let sorting: [(name: String, criterion: Criterion)] = [
        ("name", .name), ("modified_at", .modifiedAt), ("user_count", .userCount),
    ]

    init(store: any AccessStore & ChangeStore, uses: KeyUses) {
        self.store = store
        self.uses = uses
        editor = UserEditor(store: store)
    }

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Roles",
            at: "/api/v2",
            errors: .strings(.json),
            missing: "There is no such role"
        )
        return [
            group.endpoint(
                .get,
                "/roles",
                "ListRoles",
                "List the roles",
                query: .listRoles,
                responses: [.ok("A page of roles", "RoleList")],
                .search(list)
            ),
            group.endpoint(
                .get,
                "/roles/{role_id}",
                "GetRole",
                "Get a role",
                responses: [.ok("The role", "Role")],
                .search(get)
            ),
            group.endpoint(
                .get,
                "/roles/{role_id}/users",
                "ListRoleUsers",
                "List the users who have a role",
                query: .page + .users,
                responses: [.ok("A page of the users who have it", "UserList")],
                .search(listUsers)
            ),
            group.endpoint(
                .post,
                "/roles/{role_id}/users",
                "AddUserToRole",
                "Give a role to a user; the caller must have what it grants",
                by: [.userAccessManage],
                request: "UserReference",
                responses: [
                    .ok("A page of the users who have it", "UserList"),
                    .error(404, "There is no such role, or no such user"),
                ],
                .change { try await setMembership($0, isMember: true) }
            ),
            group.endpoint(
                .delete,
                "/roles/{role_id}/users",
                "RemoveUserFromRole",
                "Take a role from a user",
                by: [.userAccessManage],
                request: "UserReference",
                responses: [
                    .ok("A page of the users who have it", "UserList"),
                    .error(400, "The body is not valid (every error is named), or the user is the last admin"),
                    .error(404, "There is no such role, or no such user"),
                ],
                .change { try await setMembership($0, isMember: false) }
            ),
            group.endpoint(
                .get,
                "/roles/{role_id}/permissions",
                "ListRolePermissions",
                "List the permissions of a role",
                responses: [.ok("The permissions", "PermissionList")],
                .lookup(listRolePermissions)
            ),
            group.endpoint(
                .get,
                "/permissions",
                "ListPermissions",
                "List the permissions",
                query: .listPermissions,
                responses: [.ok("The permissions", "PermissionList")],
                .lookup(listPermissions)
            ),
        ]
    }

    // MARK: Reading

    private func list(_ call: Call) throws -> Response {
        let query = try call.query()
        let (criterion, isDescending) = try query.order(Self.sorting)
        let name = try query.only("filter")?.lowercased()
        let ids = try query.only("filter[id]").map { $0.split(separator: ",").map { Identifier($0) } }
        let organization = call.principal.organization
        let counts = try store.userCounts(in: organization)
        let time = try store.creationTime(of: organization)
        let all = try store.roles(in: organization)
        /// The value by which the role is ordered.
        func value(_ role: Role) -> ListPosition.Value {
            switch criterion {
            case .name: .text(role.name)
            case .modifiedAt: .integer((role.own?.modifiedAt ?? time).microseconds)
            case .userCount: .integer(Int64(counts[role.id] ?? 0))
            }
        }
        var roles = all.filter { role in
            (name.map { $0.isEmpty || role.name.lowercased().contains($0) } ?? true) && (ids?.contains(role.id) ?? true)
        }
        roles.sort { ListPosition(value($0), $0.id) < ListPosition(value($1), $1.id) }
        if isDescending { roles.reverse() }
        let (page, next) = try call.page(query) { page in
            let shown = page.after.map { after in
                roles.filter { role in
                    let position = ListPosition(value(role), role.id)
                    return isDescending ? position < after : after < position
                }.prefix(page.size)
            }
            let elements = Array(shown ?? roles.on(page))
            let end = elements.last.map { ListPosition(value($0), $0.id) }
            return PageOf(elements: elements, total: all.count, totalFiltered: roles.count, end: end)
        }
        return .resource(
            .array(page.elements.map { $0.json(since: time, userCount: counts[$0.id] ?? 0) }),
            meta: .page(total: page.total, totalFiltered: page.totalFiltered),
            next: next
        )
    }

    private func get(_ call: Call) throws -> Response {
        let role = try role(call)
        let organization = call.principal.organization
        let count = try store.userCounts(in: organization)[role.id] ?? 0
        return .resource(role.json(since: try store.creationTime(of: organization), userCount: count))
    }

    private func role(_ call: Call) throws -> Role {
        let id = try call.identifier("role_id", or: RoleEditor.notFound)
        guard let role = try store.role(id, in: call.principal.organization) else { throw RoleEditor.notFound }
        return role
    }

    private func listUsers(_ call: Call) throws -> Response {
        let query = try call.query()
        var filter = UserFilter()
        filter.contains = try query.only("filter")
        let role = try role(call)
        let order = try query.userOrder()
        let (page, next) = try call.page(query) { page in
            try users(of: role, call, matching: filter, order: order, page: page)
        }
        return try answer(page, call, next: next)
    }

    private func users(
        of role: Role,
        _ call: Call,
        matching filter: UserFilter = UserFilter(),
        order: UserOrder = UserOrder(by: .name),
        page: Page = Page(size: 100, number: 0)
    ) throws -> PageOf<User> {
        let organization = call.principal.organization
        let users = try store.allUsers(in: organization, matching: filter, order: order)
            .filter { $0.roles.contains(role.id) }
        let total =
            filter == UserFilter()
            ? users.count : try store.allUsers(in: organization).count { $0.roles.contains(role.id) }
        var shown = Array(users.on(page))
        if let after = page.after {
            let rest = try store.allUsers(in: organization, matching: filter, order: order, after: after)
            shown = Array(rest.lazy.filter { $0.roles.contains(role.id) }.prefix(page.size))
        }
        return PageOf(
            elements: shown,
            total: total,
            totalFiltered: users.count,
            end: shown.last.map(order.position(of:))
        )
    }

    private func answer(_ users: PageOf<User>, _ call: Call, next: HeaderField? = nil) throws -> Response {
        .resource(
            .array(users.elements.map { $0.json(uses) }),
            included: try store.included(with: users.elements, of: call.principal.organization),
            meta: .page(total: users.total, totalFiltered: users.totalFiltered),
            next: next
        )
    }

    private func listPermissions(_ call: Call) throws -> Response {
        // There are none that scopes alone have.
        _ = try call.query().flag("include_scopes")
        return .permissions(.all, since: try store.creationTime(of: call.principal.organization))
    }

    private func listRolePermissions(_ call: Call) throws -> Response {
        .permissions(try role(call).permissions, since: try store.creationTime(of: call.principal.organization))
    }

    // MARK: Writing

    /// Gives a role to a user, or takes it.
    private func setMembership(_ call: Call, isMember: Bool) async throws -> Response {
        let role = try role(call)
        let user = try user(call)
        _ = try await editor.edit(user, call, as: isMember ? "role.add_user" : "role.remove_user") { user in
            if isMember { try call.requireOwn(role.permissions, of: "The role") }
            let place = user.roles.firstIndex(of: role.id)
            if isMember, place == nil { user.roles.append(role.id) }
            if !isMember, let place { user.roles.remove(at: place) }
            return [role].accessRevisions
        }
        return try answer(try users(of: role, call), call)
    }

    private func user(_ call: Call) throws -> Identifier {
        try ResourceReference.id(inBody: try call.json(), ofType: "users")
    }
}

extension AccessStore {
    /// When an organisation was created, and with it its shipped roles.
    func creationTime(of organization: Identifier) throws(StoreError) -> Timestamp {
        guard let organization = try self.organization(organization) else {
            throw StoreError.corrupt("a key has no organisation")
        }
        return organization.createdAt
    }

    /// All users of an organisation, which the store has in pages.
    fileprivate func allUsers(
        in organization: Identifier,
        matching filter: UserFilter = UserFilter(),
        order: UserOrder = UserOrder(by: .createdAt),
        after: ListPosition? = nil
    ) throws(StoreError) -> [User] {
        var all: [User] = []
        var next = Page(size: 10_000, number: 0, after: after)
        while true {
            let page = try users(in: organization, matching: filter, order: order, page: next)
            all += page.elements
            guard page.elements.count == next.size, let end = page.end else { return all }
            next.after = end
        }
    }
}

extension Response {
    /// A list of permissions, as it is returned to an organisation that was created then.
    static func permissions(_ permissions: PermissionSet, since time: Timestamp) -> Response {
        .resource(.array(permissions.members.map { $0.json(since: time) }))
    }
}

extension ListPosition {
    /// The order of positions of one list.
    fileprivate static func < (left: ListPosition, right: ListPosition) -> Bool {
        if let other = right.value.integer {
            return (left.value.integer ?? .min, left.id) < (other, right.id)
        }
        return (left.value.text ?? "", left.id) < (right.value.text ?? "", right.id)
    }
}

extension RandomAccessCollection where Index == Int {
    /// The elements that stand on a page.
    fileprivate func on(_ page: Page) -> SubSequence {
        dropFirst(page.size * page.number).prefix(page.size)
    }
}

extension [QueryParameter] {
    fileprivate static let listRoles: [QueryParameter] =
        .page + .sort(["name", "modified_at", "user_count"])
        + .text("filter", "Only roles with this in their names")
        + .text("filter[id]", "Only roles of these ids, with commas between them")

    fileprivate static let listPermissions: [QueryParameter] = [
        QueryParameter(
            name: "include_scopes",
            summary: "Has no effect: all permissions can be given to roles",
            schema: ["type": "boolean"]
        )
    ]
}
