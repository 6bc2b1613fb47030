import Access
import Documents
import HTTPServer
import Storage

/// The roles, who has them, and the permissions that they are made of.
struct RoleEndpoints: Sendable {
    private let store: any AccessStore & ChangeStore
    private let editor: UserEditor

    private static let notFound = APIError(404, "Role not found", at: .parameter("role_id"))

    private enum Criterion {
        case name, modifiedAt, userCount
    }

    private static let sorting: [(name: String, criterion: Criterion)] = [
        ("name", .name), ("modified_at", .modifiedAt), ("user_count", .userCount),
    ]

    init(store: any AccessStore & ChangeStore, queue: ChangeQueue) {
        self.store = store
        editor = UserEditor(store: store, queue: queue)
    }

    var all: [Endpoint] {
        let element = "/api/v2/roles/{role_id}"
        return [
            endpoint(.get, "/api/v2/roles", [], .listRoles, .search(list)),
            endpoint(.get, element, [], .getRole, .search(get)),
            endpoint(.get, "\(element)/users", [], .listRoleUsers, .search(listUsers)),
            endpoint(
                .post,
                "\(element)/users",
                [.userAccessManage],
                .addUserToRole,
                .change { try await setMembership($0, isMember: true) }
            ),
            endpoint(
                .delete,
                "\(element)/users",
                [.userAccessManage],
                .removeUserFromRole,
                .change { try await setMembership($0, isMember: false) }
            ),
            endpoint(.get, "/api/v2/permissions", [], .listPermissions, .lookup(listPermissions)),
        ]
    }

    private func endpoint(
        _ method: HTTPMethod,
        _ path: String,
        _ permissions: [Permission],
        _ description: OperationDescription,
        _ handling: Handling
    ) -> Endpoint {
        Endpoint(
            method: method,
            path: path,
            guarding: .principal(anyOf: permissions, registered: false),
            errors: .strings(.json),
            description: description,
            handling: handling
        )
    }

    // MARK: Reading

    private func list(_ call: Call) throws -> Response {
        let query = try call.query()
        let (criterion, isDescending) = try query.order(Self.sorting)
        let name = try query.only("filter")?.lowercased()
        let ids = try query.only("filter[id]").map { $0.split(separator: ",").map { Identifier($0) } }
        let counts = try userCounts(call)
        var roles = Role.shipped.filter { role in
            (name.map { $0.isEmpty || role.name.lowercased().contains($0) } ?? true) && (ids?.contains(role.id) ?? true)
        }
        roles.sort { left, right in
            switch criterion {
            case .name: left.name < right.name
            // All came to be with their organisation.
            case .modifiedAt: left.id < right.id
            case .userCount: (counts[left.id] ?? 0, left.id) < (counts[right.id] ?? 0, right.id)
            }
        }
        if isDescending { roles.reverse() }
        let (page, next) = try call.page(query) { page in
            // There are few of them, and all are always there: only their counts change, which may order them.
            let shown = page.after.map { after in
                roles.filter { role in
                    let own = criterion == .userCount ? counts[role.id] ?? 0 : 0
                    let other = after.value.integer ?? 0
                    let isBehind =
                        switch criterion {
                        case .name: (role.name, role.id) > (after.value.text ?? "", after.id)
                        case .modifiedAt: role.id > after.id
                        case .userCount: (Int64(own), role.id) > (other, after.id)
                        }
                    return role.id != after.id && isBehind != isDescending
                }.prefix(page.size)
            }
            let elements = Array(shown ?? roles.on(page))
            let end = elements.last.map { role in
                let value: ListPosition.Value =
                    switch criterion {
                    case .name: .text(role.name)
                    case .modifiedAt: .none
                    case .userCount: .integer(Int64(counts[role.id] ?? 0))
                    }
                return ListPosition(value, role.id)
            }
            return PageOf(elements: elements, total: Role.shipped.count, totalFiltered: roles.count, end: end)
        }
        let time = try creationTime(call)
        return .resource(
            .array(page.elements.map { $0.json(since: time, userCount: counts[$0.id] ?? 0) }),
            meta: .page(total: page.total, totalFiltered: page.totalFiltered),
            next: next
        )
    }

    private func get(_ call: Call) throws -> Response {
        let role = try role(call)
        return .resource(
            role.json(since: try creationTime(call), userCount: try userCounts(call)[role.id] ?? 0)
        )
    }

    private func role(_ call: Call) throws -> Role {
        guard let role = Role.shipped(try call.identifier("role_id", or: Self.notFound)) else { throw Self.notFound }
        return role
    }

    /// When the caller's organisation was created, and with it its roles.
    private func creationTime(_ call: Call) throws -> Timestamp {
        guard let organization = try store.organization(call.principal.organization) else {
            throw StoreError.corrupt("a key has no organisation")
        }
        return organization.createdAt
    }

    private func userCounts(_ call: Call) throws -> [Identifier: Int] {
        try store.allUsers(in: call.principal.organization).reduce(into: [:]) { counts, user in
            for role in user.roles { counts[role, default: 0] += 1 }
        }
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

    private func answer(_ users: PageOf<User>, _ call: Call, next: Response.Header? = nil) throws -> Response {
        .resource(
            .array(users.elements.map(\.json)),
            included: try store.included(with: users.elements, of: call.principal.organization),
            meta: .page(total: users.total, totalFiltered: users.totalFiltered),
            next: next
        )
    }

    private func listPermissions(_ call: Call) throws -> Response {
        let time = try creationTime(call)
        return .resource(.array(Permission.allCases.map { $0.json(since: time) }))
    }

    // MARK: Writing

    /// Gives a role to a user, or takes it.
    private func setMembership(_ call: Call, isMember: Bool) async throws -> Response {
        let role = try role(call)
        let user = try user(call)
        if isMember { try call.requireOwn(role.permissions, of: "The role") }
        _ = try await editor.edit(user, call, as: isMember ? "role.add_user" : "role.remove_user") { user in
            let place = user.roles.firstIndex(of: role.id)
            if isMember, place == nil { user.roles.append(role.id) }
            if !isMember, let place { user.roles.remove(at: place) }
        }
        return try answer(try users(of: role, call), call)
    }

    private func user(_ call: Call) throws -> Identifier {
        try ResourceReference.id(inBody: try call.json(), ofType: "users")
    }
}

extension AccessStore {
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

extension RandomAccessCollection where Index == Int {
    /// The elements that stand on a page.
    fileprivate func on(_ page: Page) -> SubSequence {
        dropFirst(page.size * page.number).prefix(page.size)
    }
}

extension OperationDescription {
    fileprivate static let tag = "Roles"
    private static let absent = DescribedResponse.error(404, "There is no such role")
    private static let malformedQuery = DescribedResponse.error(400, "A parameter is not valid")
    private static let users = DescribedResponse(200, "A page of the users who have it", .schema("UserList", .json))

    fileprivate static let listRoles = OperationDescription(
        id: "ListRoles",
        summary: "List the roles",
        tag: tag,
        query: .page + .sort(["name", "modified_at", "user_count"])
            + .text("filter", "Only roles with this in their names")
            + .text("filter[id]", "Only roles of these ids, with commas between them"),
        responses: [DescribedResponse(200, "A page of roles", .schema("RoleList", .json)), malformedQuery]
    )

    fileprivate static let getRole = OperationDescription(
        id: "GetRole",
        summary: "Get a role",
        tag: tag,
        responses: [DescribedResponse(200, "The role", .schema("Role", .json)), absent]
    )

    fileprivate static let listRoleUsers = OperationDescription(
        id: "ListRoleUsers",
        summary: "List the users who have a role",
        tag: tag,
        query: .page + .users,
        responses: [users, malformedQuery, absent]
    )

    fileprivate static let addUserToRole = OperationDescription(
        id: "AddUserToRole",
        summary: "Give a role to a user; the caller must have what it grants",
        tag: tag,
        request: "UserReference",
        responses: [
            users, .error(400, "The body is not valid; every fault is named"),
            .error(404, "There is no such role, or no such user"),
        ]
    )

    fileprivate static let removeUserFromRole = OperationDescription(
        id: "RemoveUserFromRole",
        summary: "Take a role from a user",
        tag: tag,
        request: "UserReference",
        responses: [
            users, .error(400, "The body is not valid (every fault is named), or the user is the last admin"),
            .error(404, "There is no such role, or no such user"),
        ]
    )

    fileprivate static let listPermissions = OperationDescription(
        id: "ListPermissions",
        summary: "List the permissions",
        tag: tag,
        responses: [DescribedResponse(200, "The permissions", .schema("PermissionList", .json))]
    )
}
