import DatadogClient

extension CommandGroup {
    static let applicationKeys = CommandGroup(
        name: "app-keys",
        summary: "Application keys, and which of them may use connections",
        members: [
            .command(.listApplicationKeys), .command(.createApplicationKey), .command(.registerApplicationKey),
            .command(.unregisterApplicationKey), .command(.deleteApplicationKey),
        ]
    )
}

private enum ApplicationKeyColumns {
    static let all: [Column<ApplicationKey>] = [
        Column("ID", .always) { $0.id },
        Column("Name", .flexible) { $0.name },
        Column("Last4", .droppable(2)) { $0.last4 },
        Column("Scopes", .droppable(4)) { $0.scopes?.joined(separator: " ") },
        Column("Owner", .detail) { $0.ownerID },
        Column("Created", .droppable(3)) { $0.createdAt?.rawValue },
        Column("Key", .detail) { $0.key?.revealed },
    ]

    /// With a column that says which of them are registered.
    static func all(registered: Set<String>) -> [Column<ApplicationKey>] {
        all + [Column("Registered", .droppable(1)) { registered.contains($0.id) ? "yes" : "no" }]
    }

    static let registrations: [Column<AppKeyRegistration>] = [Column("ID", .always) { $0.id }]
}

extension Operand {
    fileprivate static let applicationKey = Operand(
        name: "ID",
        help: "The application key's id, a UUID, not the key itself"
    )
}

extension Command {
    private static let all = Option.flag("all", "Those of everyone in the organisation, not only your own")
    private static let registered = Option.flag("registered", "Only the ids that are registered")

    static let listApplicationKeys = Command(
        name: "app-keys list",
        summary: "List your own application keys, and whether they are registered for connections",
        options: [all, registered, .limit],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway app-keys list", "keyway app-keys list --registered --quiet"]
    ) { arguments in
        let limit = try arguments.count(.limit)
        let session = try ClientSession(arguments)
        let pageSize = min(limit ?? 100, 100)
        guard !arguments.has(registered) else {
            let registrations = try await session.collect(
                "Listing registrations",
                session.client.appKeyRegistrations.all(pageSize: pageSize),
                limit: limit
            )
            let columns = ApplicationKeyColumns.registrations
            return try session.output.list(registrations, columns, noun: "registered application keys")
        }
        let operations = session.client.applicationKeys
        let keys = try await session.collect(
            "Listing application keys",
            arguments.has(all) ? operations.all(pageSize: pageSize) : operations.ofCurrentUser.all(pageSize: pageSize),
            limit: limit
        )
        guard session.output.format == .table, !session.output.isQuiet else {
            return try session.output.list(keys, ApplicationKeyColumns.all, noun: "application keys")
        }
        let registrations = try await session.collect(
            "Listing registrations",
            session.client.appKeyRegistrations.all(),
            limit: nil
        )
        let columns = ApplicationKeyColumns.all(registered: Set(registrations.map(\.id)))
        try session.output.list(keys, columns, noun: "application keys")
    }

    private static let name = Option(name: "name", placeholder: "NAME", help: "Name of the key")
    private static let scope = Option(
        name: "scope",
        placeholder: "PERMISSION",
        help: "A permission that the key is limited to, such as connections_read; may be given more than once",
        isRepeatable: true
    )
    private static let serviceAccount = Option(
        name: "service-account",
        placeholder: "ID",
        help: "The service account that the key is for; yourself if not given"
    )
    private static let register = Option.flag("register", "Register it for connections at once")

    static let createApplicationKey = Command(
        name: "app-keys create",
        summary: "Create an application key, and print it: it is shown only once",
        options: [name, scope, serviceAccount, register],
        sharedOptions: [Output.formatOptions, ServerOptions.group],
        examples: ["keyway app-keys create --name Deployments --scope connections_read --register"]
    ) { arguments in
        let name = try arguments.required(name, asking: "Name of the key")
        let session = try ClientSession(arguments)
        let operations = session.client.applicationKeys
        let owner = arguments[serviceAccount]
        let scopes = arguments.all(scope)
        let new = NewApplicationKey(name: name, scopes: scopes.isEmpty ? nil : scopes)
        let key = try await session.perform(
            "Creating",
            on: owner.map { "service account \($0)" },
            listedBy: "keyway users list"
        ) {
            try await (owner.map(operations.ofServiceAccount) ?? operations.ofCurrentUser).create(new)
        }
        // First of all: a failure of what follows must not lose it.
        try session.output.one(key, ApplicationKeyColumns.all, secrets: .revealed)
        if arguments.has(register) {
            _ = try await session.perform("Registering") {
                try await session.client.appKeyRegistrations.register(key.id)
            }
            session.output.done("It is registered for connections.")
        }
    }

    static let registerApplicationKey = Command(
        name: "app-keys register",
        summary: "Let an application key be used on connections",
        operands: [.applicationKey],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway app-keys register 01a1f9a5-f37d-7003-b510-737288560dd2"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.applicationKey]
        let registration = try await session.perform(
            "Registering",
            on: "application key \(id)",
            listedBy: "keyway app-keys list"
        ) {
            try await session.client.appKeyRegistrations.register(id)
        }
        try session.output.one(registration, ApplicationKeyColumns.registrations)
        session.output.done("It may be used on connections from now on.")
    }

    static let unregisterApplicationKey = Command(
        name: "app-keys unregister",
        summary: "Let an application key no longer be used on connections",
        operands: [.applicationKey],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway app-keys unregister 01a1f9a5-f37d-7003-b510-737288560dd2"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.applicationKey]
        try await session.perform(
            "Unregistering",
            on: "registered application key \(id)",
            listedBy: "keyway app-keys list --registered"
        ) {
            try await session.client.appKeyRegistrations.unregister(id)
        }
        session.output.done("Application key \(id) may no longer be used on connections.")
    }

    static let deleteApplicationKey = Command(
        name: "app-keys delete",
        summary: "Delete an application key: requests with it are refused from then on",
        discussion: ["It asks first; without a terminal it needs --yes."],
        operands: [.applicationKey],
        options: [.yes],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway app-keys delete 01a1f9a5-f37d-7003-b510-737288560dd2 --yes"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.applicationKey]
        try arguments.confirm("Delete application key \(id)? Requests with it will be refused.")
        try await session.perform("Deleting", on: "application key \(id)", listedBy: "keyway app-keys list") {
            try await session.client.applicationKeys.delete(id)
        }
        session.output.done("Application key \(id) is deleted.")
    }
}
