import DatadogClient

extension CommandGroup {
    static let apiKeys = CommandGroup(
        name: "api-keys",
        summary: "API keys, which name the organisation",
        members: [
            .command(.listAPIKeys), .command(.getAPIKey), .command(.createAPIKey), .command(.updateAPIKey),
            .command(.deleteAPIKey),
        ]
    )
}

private enum APIKeyColumns {
    static let all: [Column<APIKey>] = [
        Column("ID", .always) { $0.id },
        Column("Name", .flexible) { $0.name },
        Column("Last4", .droppable(1)) { $0.last4 },
        Column("Created", .droppable(2)) { $0.createdAt?.rawValue },
        Column("Changed", .detail) { $0.modifiedAt?.rawValue },
        Column("Last used", .detail) { $0.lastUsedAt?.rawValue },
        Column("Creator", .detail) { $0.creatorID },
        Column("Key", .detail) { $0.key?.revealed },
    ]
}

extension Operand {
    fileprivate static let apiKey = Operand(name: "ID", help: "The API key's id, a UUID, not the key itself")
}

extension ClientSession {
    fileprivate func onKey<Result: Sendable>(
        _ title: String,
        _ id: String,
        _ operation: () async throws -> Result
    ) async throws -> Result {
        try await perform(title, on: "API key \(id)", listedBy: "keyway api-keys list", operation)
    }
}

extension Command {
    private static let filter = Option(
        name: "filter",
        placeholder: "TEXT",
        help: "Only those whose name contains this"
    )
    private static let name = Option(name: "name", placeholder: "NAME", help: "Name of the key")
    static let listAPIKeys = Command(
        name: "api-keys list",
        summary: "List API keys, without the keys themselves",
        options: [filter, .limit],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway api-keys list", "keyway api-keys list --filter deploy --output yaml"]
    ) { arguments in
        let limit = try arguments.count(.limit)
        let session = try ClientSession(arguments)
        let keys = try await session.collect(
            "Listing API keys",
            session.client.apiKeys.all(filter: arguments[filter], pageSize: min(limit ?? 100, 100)),
            limit: limit
        )
        try session.output.list(keys, APIKeyColumns.all, noun: "API keys")
    }

    static let getAPIKey = Command(
        name: "api-keys get",
        summary: "Show one API key, without the key itself",
        operands: [.apiKey],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway api-keys get 01a1f9a5-f37d-7002-8a12-7d1c0e9f3c44"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.apiKey]
        let key = try await session.onKey("Getting", id) { try await session.client.apiKeys.get(id) }
        try session.output.one(key, APIKeyColumns.all)
    }

    static let createAPIKey = Command(
        name: "api-keys create",
        summary: "Create an API key, and print it: it is shown only once",
        options: [name],
        sharedOptions: [Output.formatOptions, ServerOptions.group],
        examples: ["keyway api-keys create --name Deployments", "keyway api-keys create --name CI --output json"]
    ) { arguments in
        let name = try arguments.required(name, asking: "Name of the key")
        let session = try ClientSession(arguments)
        let new = NewAPIKey(name: name)
        let key = try await session.perform("Creating") { try await session.client.apiKeys.create(new) }
        try session.output.one(key, APIKeyColumns.all, secrets: .revealed)
    }

    static let updateAPIKey = Command(
        name: "api-keys update",
        summary: "Change the name of an API key",
        operands: [.apiKey],
        options: [name],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway api-keys update 01a1f9a5-f37d-7002-8a12-7d1c0e9f3c44 --name Deployments"]
    ) { arguments in
        let changes = APIKeyUpdate(name: try arguments.required(name, asking: "New name of the key"))
        let session = try ClientSession(arguments)
        let id = arguments[.apiKey]
        let key = try await session.onKey("Updating", id) {
            try await session.client.apiKeys.update(id, with: changes)
        }
        try session.output.one(key, APIKeyColumns.all)
    }

    static let deleteAPIKey = Command(
        name: "api-keys delete",
        summary: "Delete an API key: requests with it are refused from then on",
        discussion: ["It asks first; without a terminal it needs --yes."],
        operands: [.apiKey],
        options: [.yes],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway api-keys delete 01a1f9a5-f37d-7002-8a12-7d1c0e9f3c44 --yes"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.apiKey]
        try arguments.confirm("Delete API key \(id)? Requests with it will be refused.")
        try await session.onKey("Deleting", id) { try await session.client.apiKeys.delete(id) }
        session.output.done("API key \(id) is deleted.")
    }
}
