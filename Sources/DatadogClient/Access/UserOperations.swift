/// The operations on users and service accounts.
///
/// Source: the Users API, https://docs.datadoghq.com/api/latest/users/, and the Service Accounts API,
/// https://docs.datadoghq.com/api/latest/service-accounts/
public struct UserOperations: Sendable {
    let requester: Requester

    private static let path = ["v2", "users"]

    /// The user whom the configured application key belongs to.
    ///
    /// - Returns: The user.
    /// - Throws: ``DatadogError``: those of any operation.
    public func current() async throws -> User {
        try await requester.data(Operation("GET", ["v2", "current_user"]))
    }

    /// Changes the user whom the configured application key belongs to.
    ///
    /// - Parameters:
    ///   - id: The user's id, which must be theirs.
    ///   - changes: The changes.
    /// - Returns: The user as they are now.
    /// - Throws: ``DatadogError``: `invalid`, and those of any operation.
    public func updateCurrent(_ id: User.ID, with changes: UserUpdate) async throws -> User {
        try await requester.data(Operation("PATCH", ["v2", "current_user"], body: Identified(id: id, body: changes)))
    }

    /// Creates a user.
    ///
    /// - Parameter user: The user.
    /// - Returns: The user, with an id.
    /// - Throws: ``DatadogError``: `invalid`, `conflict` where the address is taken, and those of any operation.
    public func create(_ user: NewUser) async throws -> User {
        try await requester.data(Operation("POST", Self.path, body: user))
    }

    /// Creates a service account.
    ///
    /// - Parameter account: The service account.
    /// - Returns: The service account, with an id.
    /// - Throws: ``DatadogError``: `invalid` and those of any operation.
    public func createServiceAccount(_ account: NewServiceAccount) async throws -> User {
        try await requester.data(Operation("POST", ["v2", "service_accounts"], body: account))
    }

    /// Gets a user.
    ///
    /// - Parameter id: The user's id.
    /// - Returns: The user.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func get(_ id: User.ID) async throws -> User {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// The organisations that a user is in.
    ///
    /// - Parameter id: The user's id.
    /// - Returns: The organisations.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func organizations(of id: User.ID) async throws -> [Organization] {
        try await requester.read(Operation("GET", Self.path + [id, "orgs"])) { json throws(JSONMismatch) in
            var organizations: [Organization] = []
            for included in json["included"]?.elements ?? [] where included["type"]?.text == Organization.type {
                organizations.append(try Organization(json: included))
            }
            return organizations
        }
    }

    /// The permissions that a user's roles grant.
    ///
    /// - Parameter id: The user's id.
    /// - Returns: The permissions.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func permissions(of id: User.ID) async throws -> [Permission] {
        let page: ListPage<Permission> = try await requester.page(
            Operation("GET", Self.path + [id, "permissions"])
        )
        return page.elements
    }

    /// Changes a user.
    ///
    /// - Parameters:
    ///   - id: The user's id.
    ///   - changes: The changes.
    /// - Returns: The user as they are now.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, and those of any operation.
    public func update(_ id: User.ID, with changes: UserUpdate) async throws -> User {
        try await requester.data(Operation("PATCH", Self.path + [id], body: Identified(id: id, body: changes)))
    }

    /// Invites users.
    ///
    /// - Parameter ids: The users' ids.
    /// - Returns: The invitations. Keyway sends no mail: each has a code to pass on.
    /// - Throws: ``DatadogError``: `invalid`, and those of any operation.
    public func invite(_ ids: [User.ID]) async throws -> [UserInvitation] {
        let invitations = ids.map { id -> JSONValue in
            [
                "type": .string(UserInvitation.type),
                "relationships": ["user": ["data": .reference(to: id, User.type)]],
            ]
        }
        let page: ListPage<UserInvitation> = try await requester.page(
            Operation("POST", ["v2", "user_invitations"], body: UnknownValue(json: .array(invitations)))
        )
        return page.elements
    }

    /// Gets an invitation, without its code.
    ///
    /// - Parameter id: The invitation's id.
    /// - Returns: The invitation.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func invitation(_ id: UserInvitation.ID) async throws -> UserInvitation {
        try await requester.data(Operation("GET", ["v2", "user_invitations", id]))
    }

    /// Takes back a user's invitations.
    ///
    /// - Parameter id: The user's id.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func deleteInvitations(of id: User.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id, "invitations"]))
    }

    /// Disables a user, whose keys end to be valid. Users are never deleted.
    ///
    /// - Parameter id: The user's id.
    /// - Throws: ``DatadogError``: `notFound`, `invalid` for the last admin, and those of any operation.
    public func disable(_ id: User.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }

    /// Lists users.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name or address contains this.
    ///   - sort: The attribute to sort by, such as `name`; with `-` before it from the greatest on.
    ///   - page: Which part of the list.
    /// - Returns: The page.
    /// - Throws: ``DatadogError``: `invalid` if the page is, and those of any operation.
    public func list(filter: String? = nil, sort: String? = nil, page: Page = Page()) async throws -> ListPage<User> {
        try await requester.page(Operation("GET", Self.path, query: .list(filter: filter, sort: sort, page: page)))
    }

    /// All users, fetched page by page.
    ///
    /// - Parameters:
    ///   - filter: Only those whose name or address contains this.
    ///   - pageSize: How many to fetch at once, at most 100.
    /// - Returns: The users.
    public func all(filter: String? = nil, pageSize: Int = 100) -> Elements<User> {
        Elements(pageSize: pageSize) { try await list(filter: filter, page: $0) }
    }
}
