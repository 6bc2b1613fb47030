import DatadogClient

extension CommandGroup {
    static let users = CommandGroup(
        name: "users",
        summary: "Users and service accounts of the organisation",
        members: [
            .command(.listUsers), .command(.getUser), .command(.createUser), .command(.updateUser),
            .command(.disableUser),
        ]
    )
}

private enum UserColumns {
    static let all: [Column<User>] = [
        Column("ID", .always) { $0.id },
        Column("Handle", .flexible) { $0.handle ?? $0.email },
        Column("Name", .droppable(1)) { $0.name },
        Column("E-mail", .detail) { $0.email },
        Column("Title", .detail) { $0.title },
        Column("Status", .droppable(2)) { $0.isDisabled == true ? "Disabled" : $0.status },
        Column("Kind", .droppable(3)) { $0.isServiceAccount == true ? "service account" : "user" },
        Column("Created", .detail) { $0.createdAt?.rawValue },
        Column("Changed", .detail) { $0.modifiedAt?.rawValue },
        Column("Last seen", .detail) { $0.lastLoginAt?.rawValue },
        Column("Roles", .detail) { $0.roleIDs.isEmpty ? nil : $0.roleIDs.joined(separator: " ") },
    ]
}

extension Operand {
    fileprivate static let user = Operand(name: "ID", help: "The user's id, a UUID")
}

extension ClientSession {
    fileprivate func onUser<Result: Sendable>(
        _ title: String,
        _ id: String,
        _ operation: () async throws -> Result
    ) async throws -> Result {
        try await perform(title, on: "user \(id)", listedBy: "keyway users list", operation)
    }

    /// The ids of roles, which may be named as well.
    fileprivate func roleIDs(_ names: [String]) async throws -> [String] {
        guard !names.isEmpty else { return [] }
        let roles = try await collect("Listing roles", client.roles.all(), limit: nil)
        return try names.map { name in
            if let role = roles.first(where: { $0.id == name || $0.name?.lowercased() == name.lowercased() }) {
                return role.id
            }
            let known = roles.compactMap(\.name).joined(separator: ", ")
            throw CommandError(.notFound, "there is no role \(name) on \(server); there are: \(known)")
        }
    }
}

extension Command {
    private static let filter = Option(
        name: "filter",
        placeholder: "TEXT",
        help: "Only those whose name, handle or e-mail address contains this"
    )
    private static let email = Option(name: "email", placeholder: "ADDRESS", help: "E-mail address")
    private static let name = Option(name: "name", placeholder: "NAME", help: "Full name")
    private static let title = Option(name: "title", placeholder: "TEXT", help: "Job title")
    private static let role = Option(
        name: "role",
        placeholder: "ROLE",
        help: "A role by its name or id, such as \"Datadog Standard Role\"; may be given more than once",
        isRepeatable: true
    )
    private static let serviceAccount = Option.flag("service-account", "A service account: for programs, not people")
    private static let enable = Option.flag("enable", "Let a disabled user in again")

    static let listUsers = Command(
        name: "users list",
        summary: "List users and service accounts",
        options: [filter, .limit],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway users list", "keyway users list --filter ada --quiet"]
    ) { arguments in
        let limit = try arguments.count(.limit)
        let session = try ClientSession(arguments)
        let users = try await session.collect(
            "Listing users",
            session.client.users.all(filter: arguments[filter], pageSize: min(limit ?? 100, 100)),
            limit: limit
        )
        try session.output.list(users, UserColumns.all, noun: "users")
    }

    static let getUser = Command(
        name: "users get",
        summary: "Show one user",
        operands: [.user],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway users get 01a1f9a5-f37d-7001-b35b-0f569d172fd3"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.user]
        let user = try await session.onUser("Getting", id) { try await session.client.users.get(id) }
        try session.output.one(user, UserColumns.all)
    }

    static let createUser = Command(
        name: "users create",
        summary: "Create a user, or a service account",
        discussion: [
            "A service account gets keys by keyway app-keys create --service-account ID, a user by keyway recover."
        ],
        options: [email, name, title, role, serviceAccount],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway users create --email ops@example.com --service-account --role \"Datadog Standard Role\""]
    ) { arguments in
        let email = try arguments.required(email, asking: "E-mail address")
        let session = try ClientSession(arguments)
        let roles = try await session.roleIDs(arguments.all(role))
        let user = try await session.perform("Creating") {
            let (name, title) = (arguments[name], arguments[title])
            if arguments.has(serviceAccount) {
                return try await session.client.users.createServiceAccount(
                    NewServiceAccount(email: email, name: name, title: title, roleIDs: roles)
                )
            }
            return try await session.client.users.create(
                NewUser(email: email, name: name, title: title, roleIDs: roles)
            )
        }
        try session.output.one(user, UserColumns.all)
    }

    static let updateUser = Command(
        name: "users update",
        summary: "Change a user, or enable one again",
        operands: [.user],
        options: [email, name, title, enable],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway users update 01a1f9a5-f37d-7001-b35b-0f569d172fd3 --name \"Ada Lovelace\""]
    ) { arguments in
        let changes = UserUpdate(
            name: arguments[name],
            email: arguments[email],
            title: arguments[title].map { .set($0) },
            isDisabled: arguments.has(enable) ? false : nil
        )
        guard changes != UserUpdate() else {
            throw CommandError.usage("there is nothing to change: give at least one option", of: arguments.command)
        }
        let session = try ClientSession(arguments)
        let id = arguments[.user]
        let user = try await session.onUser("Updating", id) {
            try await session.client.users.update(id, with: changes)
        }
        try session.output.one(user, UserColumns.all)
    }

    static let disableUser = Command(
        name: "users disable",
        summary: "Disable a user, whose keys are refused from then on",
        discussion: ["It asks first; without a terminal it needs --yes."],
        operands: [.user],
        options: [.yes],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway users disable 01a1f9a5-f37d-7001-b35b-0f569d172fd3 --yes"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.user]
        try arguments.confirm("Disable user \(id)? All keys of theirs will be refused.")
        try await session.onUser("Disabling", id) { try await session.client.users.disable(id) }
        session.output.done("User \(id) is disabled.")
    }
}
