/// The operations on roles and permissions.
///
/// Source: the Roles API, https://docs.datadoghq.com/api/latest/roles/
public struct RoleOperations: Sendable {
    let requester: Requester

    private static let path = ["v2", "roles"]

    /// Gets a role.
    ///
    /// - Parameter id: The role's id.
    /// - Returns: The role.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func get(_ id: Role.ID) async throws -> Role {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// Lists roles.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name contains this.
    ///   - sort: The attribute to sort by, such as `name`; with `-` before it from the greatest on.
    ///   - page: Which part of the list.
    /// - Returns: The page.
    /// - Throws: ``DatadogError``: `invalid` if the page is, and those of any operation.
    public func list(filter: String? = nil, sort: String? = nil, page: Page = Page()) async throws -> ListPage<Role> {
        try await requester.page(Operation("GET", Self.path, query: .list(filter: filter, sort: sort, page: page)))
    }

    /// All roles, fetched page by page.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name contains this.
    ///   - pageSize: How many to fetch at once, at most 100.
    /// - Returns: The roles.
    public func all(filter: String? = nil, pageSize: Int = 100) -> Elements<Role> {
        Elements(pageSize: pageSize) { try await list(filter: filter, page: $0) }
    }

    /// Creates a role.
    ///
    /// - Parameter role: The role.
    /// - Returns: The role, with an id.
    /// - Throws: ``DatadogError``: `invalid`, `conflict` where the name is taken, and those of any operation.
    public func create(_ role: NewRole) async throws -> Role {
        try await requester.data(Operation("POST", Self.path, body: role))
    }

    /// Changes a role.
    ///
    /// - Parameters:
    ///   - id: The role's id.
    ///   - changes: The changes.
    /// - Returns: The role as it is now.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, `conflict` where the name is taken, and those of any
    ///   operation.
    public func update(_ id: Role.ID, with changes: RoleUpdate) async throws -> Role {
        try await requester.data(Operation("PATCH", Self.path + [id], body: Identified(id: id, body: changes)))
    }

    /// Deletes a role, which all who have it lose at once.
    ///
    /// - Parameter id: The role's id.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func delete(_ id: Role.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }

    /// Creates a role with the permissions of another.
    ///
    /// - Parameters:
    ///   - id: The other role's id.
    ///   - name: The new role's name.
    /// - Returns: The new role.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, `conflict` where the name is taken, and those of any
    ///   operation.
    public func clone(_ id: Role.ID, as name: String) async throws -> Role {
        try await requester.data(Operation("POST", Self.path + [id, "clone"], body: NewRole(name: name)))
    }

    /// The permissions of a role.
    ///
    /// - Parameter id: The role's id.
    /// - Returns: The permissions.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func permissions(of id: Role.ID) async throws -> [Permission] {
        try await permissions(Operation("GET", Self.path + [id, "permissions"]))
    }

    /// Gives a role a permission.
    ///
    /// - Parameters:
    ///   - permission: The permission's id.
    ///   - role: The role's id.
    /// - Returns: The permissions that the role has then.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, and those of any operation.
    @discardableResult
    public func grant(_ permission: Permission.ID, to role: Role.ID) async throws -> [Permission] {
        try await change("POST", permission: permission, role)
    }

    /// Takes a permission from a role.
    ///
    /// - Parameters:
    ///   - permission: The permission's id.
    ///   - role: The role's id.
    /// - Returns: The permissions that the role has then.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, and those of any operation.
    @discardableResult
    public func revoke(_ permission: Permission.ID, from role: Role.ID) async throws -> [Permission] {
        try await change("DELETE", permission: permission, role)
    }

    private func change(_ method: String, permission: Permission.ID, _ role: Role.ID) async throws -> [Permission] {
        let body = UnknownValue(json: .reference(to: permission, Permission.type))
        return try await permissions(Operation(method, Self.path + [role, "permissions"], body: body))
    }

    private func permissions(_ operation: Operation) async throws -> [Permission] {
        let page: ListPage<Permission> = try await requester.page(operation)
        return page.elements
    }

    /// Gives a user a role.
    ///
    /// - Parameters:
    ///   - user: The user's id.
    ///   - role: The role's id.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, and those of any operation.
    public func add(_ user: User.ID, to role: Role.ID) async throws {
        try await change("POST", user, role)
    }

    /// Takes a role from a user.
    ///
    /// - Parameters:
    ///   - user: The user's id.
    ///   - role: The role's id.
    /// - Throws: ``DatadogError``: `notFound`, `invalid` where it would leave no admin, and those of any operation.
    public func remove(_ user: User.ID, from role: Role.ID) async throws {
        try await change("DELETE", user, role)
    }

    private func change(_ method: String, _ user: User.ID, _ role: Role.ID) async throws {
        let operation = Operation(
            method,
            Self.path + [role, "users"],
            body: UnknownValue(json: .reference(to: user, User.type))
        )
        try await requester.perform(ignoringAnswer: operation)
    }

    /// All permissions that there are.
    ///
    /// - Returns: The permissions.
    /// - Throws: ``DatadogError``: those of any operation.
    public func permissions() async throws -> [Permission] {
        try await permissions(Operation("GET", ["v2", "permissions"]))
    }
}
