import ActService
import Access
import Documents
import HTTPServer
import Storage

/// The people and the service accounts of the organisation.
struct UserEndpoints: Sendable {
    private let store: any AccessStore & ChangeStore
    private let identifiers: IdentifierGenerator
    private let uses: KeyUses
    private let editor: UserEditor

    static let sorting: [(name: String, criterion: UserOrder.Criterion)] = [
        ("name", .name), ("handle", .handle), ("created_at", .createdAt), ("modified_at", .modifiedAt),
        ("status", .isDisabled),
    ]

    init(store: any AccessStore & ChangeStore, identifiers: IdentifierGenerator, uses: KeyUses) {
        self.store = store
        self.uses = uses
        self.identifiers = identifiers
        editor = UserEditor(store: store)
    }

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Users",
            at: "/api/v2",
            errors: .strings(.json),
            missing: "There is no such user"
        )
        let serviceAccounts = EndpointGroup("Service Accounts", at: "/api/v2", errors: .strings(.json))
        return [
            group.endpoint(
                .get,
                "/current_user",
                "GetCurrentUser",
                "Get the user whose application key this is",
                responses: [.ok("The user", "User")],
                .lookup(getCurrent)
            ),
            // A user who may make keys of their own may change their own name.
            group.endpoint(
                .patch,
                "/current_user",
                "UpdateCurrentUser",
                "Change the user whose application key this is; what is not sent stays as it is",
                by: [.userAppKeys, .userAccessManage],
                request: "UserUpdate",
                responses: [
                    .ok("The user", "User"),
                    .error(400, "The body is not valid (every error is named), or the user is the last admin"),
                    .error(409, "The address is another user's"), .error(422, "The id in the body is another user's"),
                ],
                .change { try await update($0, $0.principal.user) }
            ),
            group.endpoint(
                .get,
                "/users",
                "ListUsers",
                "List the users",
                query: .listUsers,
                responses: [.ok("A page of users", "UserList")],
                .search(list)
            ),
            group.endpoint(
                .post,
                "/users",
                "CreateUser",
                "Create a user; a caller who manages access and has what roles grant may give them",
                by: [.userAccessInvite],
                request: "UserCreate",
                responses: [.created("The user", "User"), .error(409, "The address is another user's")],
                .change(createUser)
            ),
            group.endpoint(
                .get,
                "/users/{user_id}",
                "GetUser",
                "Get a user",
                responses: [.ok("The user", "User")],
                .lookup(get)
            ),
            group.endpoint(
                .patch,
                "/users/{user_id}",
                "UpdateUser",
                "Change a user; what is not sent stays as it is",
                by: [.userAccessManage],
                request: "UserUpdate",
                responses: [
                    .ok("The user", "User"),
                    .error(400, "The body is not valid (every error is named), or the user is the last admin"),
                    .error(409, "The address is another user's"),
                    .error(422, "The id in the body is not the one in the path"),
                ],
                .change { try await update($0, try $0.identifier("user_id", or: UserEditor.notFound)) }
            ),
            group.endpoint(
                .delete,
                "/users/{user_id}",
                "DisableUser",
                "Disable a user; requests with their keys are refused from then on",
                by: [.userAccessManage],
                responses: [.empty("Disabled"), .error(400, "The user is the last admin")],
                .change(disable)
            ),
            group.endpoint(
                .get,
                "/users/{user_id}/orgs",
                "ListUserOrganizations",
                "Get a user, with the one organisation that they are in",
                responses: [.ok("The user", "User")],
                .lookup(get)
            ),
            group.endpoint(
                .get,
                "/users/{user_id}/permissions",
                "ListUserPermissions",
                "List the permissions that a user's roles grant",
                responses: [.ok("The permissions", "PermissionList")],
                .lookup(listPermissions)
            ),
            serviceAccounts.endpoint(
                .post,
                "/service_accounts",
                "CreateServiceAccount",
                "Create a service account; its roles may grant what the caller has",
                by: [.serviceAccountWrite],
                request: "ServiceAccountCreate",
                responses: [.created("The user", "User")],
                .change(createServiceAccount)
            ),
        ]
    }

    // MARK: Reading

    private func getCurrent(_ call: Call) throws -> Response {
        try answer(call.principal.user, call)
    }

    private func get(_ call: Call) throws -> Response {
        try answer(try call.identifier("user_id", or: UserEditor.notFound), call)
    }

    private func answer(_ id: Identifier, _ call: Call) throws -> Response {
        try answer(try user(id, call))
    }

    private func user(_ id: Identifier, _ call: Call) throws -> User {
        guard let user = try store.user(id, in: call.principal.organization) else { throw UserEditor.notFound }
        return user
    }

    /// The permissions that a user's roles grant together.
    private func listPermissions(_ call: Call) throws -> Response {
        let user = try user(try call.identifier("user_id", or: UserEditor.notFound), call)
        return .permissions(
            Role.permissions(of: try store.roles(of: user)),
            since: try store.creationTime(of: user.organization)
        )
    }

    private func answer(_ user: User, status: Int = 200) throws -> Response {
        .resource(user.json(uses), included: try store.included(with: [user], of: user.organization), status: status)
    }

    private func list(_ call: Call) throws -> Response {
        let query = try call.query()
        var filter = UserFilter()
        filter.contains = try query.only("filter")
        let statuses = try query.choices("filter[status]", from: ["Active", "Pending", "Disabled"])
        if !statuses.isEmpty, statuses.contains("Active") != statuses.contains("Disabled") {
            filter.isDisabled = statuses.contains("Disabled")
        }
        let order = try query.userOrder()
        let organization = call.principal.organization
        let (users, next) = try call.page(query) { page in
            let users = try store.users(in: organization, matching: filter, order: order, page: page)
            guard !statuses.isEmpty, !statuses.contains("Active"), !statuses.contains("Disabled") else { return users }
            // Nobody is invited and has yet to accept.
            return PageOf(elements: [], total: users.total, totalFiltered: 0)
        }
        return .resource(
            .array(users.elements.map { $0.json(uses) }),
            included: try store.included(with: users.elements, of: organization),
            meta: .page(total: users.total, totalFiltered: users.totalFiltered),
            next: next
        )
    }

    // MARK: Writing

    private func createUser(_ call: Call) async throws -> Response {
        try await create(call, .user, as: "user.create") { body throws(APIError) in
            guard !body.roles.isEmpty, !call.principal.permissions.contains(.userAccessManage) else { return }
            let permission = Permission.userAccessManage.rawValue
            throw APIError(403, "The application key lacks the permission \(permission), which giving roles needs.")
        }
    }

    private func createServiceAccount(_ call: Call) async throws -> Response {
        try await create(call, .serviceAccount, as: "service_account.create") { _ in }
    }

    private func create(
        _ call: Call,
        _ schema: DocumentSchema,
        as action: String,
        check: (NewUserBody) throws(APIError) -> Void
    ) async throws -> Response {
        let id = identifiers.next()
        let sent = try call.json()
        let body = try NewUserBody(sent, schema: schema, id: id) { try store.role($0, in: call.principal.organization) }
        try check(body)
        for role in body.roles { try call.requireOwn(role.permissions, of: "The role \(role.name)") }
        let user = user(of: body, id, call)
        let change = call.change(
            [.createUser(user)],
            decidedOn: body.roles.accessRevisions,
            events: call.event(action, on: "users", id, details: user.details)
        )
        try await store.commit(change)
            .requireCommitted(duplicate: .handleTaken)
        return try answer(user, status: 201)
    }

    private func user(of body: NewUserBody, _ id: Identifier, _ call: Call) -> User {
        let isServiceAccount = body.attributes["service_account"] == true
        let email = body.attributes["email"]?.text?.string.lowercased() ?? ""
        return User(
            id: id,
            organization: call.principal.organization,
            // Service accounts may share an address: that of those who look after them.
            handle: isServiceAccount ? id.description : email,
            email: email,
            name: body.attributes["name"]?.text?.string,
            title: body.attributes["title"]?.text?.string,
            isServiceAccount: isServiceAccount,
            roles: body.roles.map(\.id),
            createdAt: .now
        )
    }

    private func update(_ call: Call, _ id: Identifier) async throws -> Response {
        let body = try call.json()
        let user = try await editor.edit(id, call, as: "user.update") { user in
            if let sent = body["data"]?["id"]?.text, Identifier(sent.string) != id {
                throw APIError(422, "/data/id must be the id of the user, or be left out", at: .pointer("/data/id"))
            }
            let attributes = try DocumentSchema.userUpdate.update(body, id: id, of: user.document) { $0 }
                .document["attributes"]
            let wasDisabled = user.isDisabled
            user.isDisabled = attributes?["disabled"] == true
            var records: [AccessRevision] = []
            if wasDisabled, !user.isDisabled {
                // The user's keys open again what their roles do.
                let roles = try store.roles(of: user)
                try call.requireOwn(Role.permissions(of: roles), of: "The user")
                records = roles.accessRevisions
            }
            user.name = attributes?["name"]?.text?.string
            user.title = attributes?["title"]?.text?.string
            let email = attributes?["email"]?.text?.string.lowercased() ?? ""
            // A user whose handle is their address gets the new one.
            if user.handle == user.email { user.handle = email }
            user.email = email
            return records
        }
        return try answer(user)
    }

    private func disable(_ call: Call) async throws -> Response {
        let id = try call.identifier("user_id", or: UserEditor.notFound)
        _ = try await editor.edit(id, call, as: "user.disable") { user in
            user.isDisabled = true
            return []
        }
        return .noContent
    }
}

extension User {
    /// The user as the schema of updates has them: what they have not is missing.
    fileprivate var document: JSONValue {
        var attributes: [JSONValue.Member] = [
            .init("email", .string(email)), .init("disabled", .boolean(isDisabled)),
        ]
        if let name { attributes.append(.init("name", .string(name))) }
        if let title { attributes.append(.init("title", .string(title))) }
        return ["attributes": .object(attributes)]
    }
}

extension AccessStore {
    /// The documents beside users: their organisation, their roles, and the permissions of these.
    func included(with users: [User], of organization: Identifier) throws(StoreError) -> [JSONValue] {
        guard let organization = try self.organization(organization) else { return [] }
        let time = organization.createdAt
        let roles = try roles(of: users, in: organization.id)
        return [organization.json] + roles.map { $0.json(since: time) }
            + Role.permissions(of: roles).members.map { $0.json(since: time) }
    }
}

extension QueryItems {
    /// `sort` and `sort_dir`, of users.
    func userOrder() throws -> UserOrder {
        let (criterion, isDescending) = try order(UserEndpoints.sorting)
        let direction = try only("sort_dir") ?? "asc"
        guard direction == "asc" || direction == "desc" else {
            throw APIError(400, "sort_dir must be asc or desc.", at: .parameter("sort_dir"))
        }
        return UserOrder(by: criterion, isDescending: isDescending || direction == "desc")
    }
}

extension [QueryParameter] {
    fileprivate static let listUsers: [QueryParameter] =
        .page + .users
        + .choices("filter[status]", "Only users of these statuses", from: ["Active", "Pending", "Disabled"])
}
extension [QueryParameter] {
    /// The query parameters of every list of users.
    static let users: [QueryParameter] =
        .sort(UserEndpoints.sorting.map(\.name)) + [
            QueryParameter(
                name: "sort_dir",
                summary: "desc reverses the order",
                schema: ["type": "string", "enum": ["asc", "desc"], "default": "asc"]
            )
        ] + .text("filter", "Only users with this in their names or handles")
}
