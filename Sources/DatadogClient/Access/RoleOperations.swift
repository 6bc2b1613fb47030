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
        let page: ListPage<Permission> = try await requester.page(Operation("GET", ["v2", "permissions"]))
        return page.elements
    }
}
