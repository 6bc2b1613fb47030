import DatadogClient

extension CommandGroup {
    static let connections = CommandGroup(
        name: "connections",
        summary: "Connections: the credentials through which actions reach other systems",
        members: [
            .command(.listConnections), .command(.getConnection), .command(.createConnection),
            .command(.updateConnection), .command(.deleteConnections), .command(.testConnection),
            .command(.listConnectionUses),
            .group(.connectionSettings), .group(.connectionAccess),
        ]
    )
}

extension Operand {
    static let connection = Operand(name: "ID", help: "The connection's id, a UUID")
    static let connections = Operand(name: "ID", help: "The connections' ids, UUIDs", isRepeatable: true)
}

extension Command {
    private static let integration = Option(
        name: "integration",
        placeholder: "NAME",
        help: "Only those of this integration, such as openai",
        values: .oneOf(IntegrationInputs.all.map { $0.type.lowercased() })
    )
    private static let query = Option(
        name: "query",
        placeholder: "TEXT",
        help: "Only those whose name contains this, in any case"
    )

    static let listConnections = Command(
        name: "connections list",
        summary: "List connections by name",
        discussion: ["Only Keyway has this list; Datadog's own sites do not."],
        options: [integration, query, .limit],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: [
            "keyway connections list", "keyway connections list --integration openai --output json",
            "keyway connections list --query support --quiet",
        ]
    ) { arguments in
        let limit = try arguments.count(.limit)
        let session = try ClientSession(arguments)
        let connections = try await session.collect(
            "Listing connections",
            session.client.connections.all(
                integration: arguments[integration].flatMap(IntegrationInputs.named)?.type,
                query: arguments[query],
                pageSize: min(limit ?? 100, 100)
            ),
            limit: limit
        )
        try session.output.list(connections, ConnectionColumns.all, noun: "connections")
    }

    static let listConnectionUses = Command(
        name: "connections uses",
        summary: "List when connections were last acted through, by the day",
        discussion: ["The day is in UTC. Only Keyway knows it; Datadog's own sites do not."],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway connections uses", "keyway connections uses --output json"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let connections = try await session.collect(
            "Listing connections",
            session.client.connections.all(),
            limit: nil
        )
        let names = Dictionary(connections.map { ($0.id, $0.name) }) { first, _ in first }
        let uses = try await session.collect("Listing uses", session.client.connections.uses(), limit: nil)
        try session.output.list(
            uses,
            [
                Column("ID", .always) { $0.id }, Column("Name", .flexible) { names[$0.id] },
                Column("Last used", .always) { $0.lastUsedOn ?? "never" },
            ],
            noun: "connections"
        )
    }

    static let getConnection = Command(
        name: "connections get",
        summary: "Show one connection, without its secrets",
        operands: [.connection],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway connections get 01a1f96c-1ccd-7000-b7ff-6770a30c86f9"]
    ) { arguments in
        let session = try ClientSession(arguments)
        try session.show(try await session.connection(arguments[.connection]))
    }

    static let deleteConnections = Command(
        name: "connections delete",
        summary: "Delete connections and their secrets",
        discussion: ["It asks first; without a terminal it needs --yes."],
        operands: [.connections],
        options: [.yes],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway connections delete 01a1f96c-1ccd-7000-b7ff-6770a30c86f9 --yes"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let ids = arguments.all(.connections)
        if ids.count == 1, !arguments.has(.yes), Terminal.isInput {
            let connection = try await session.connection(ids[0])
            try arguments.confirm("Delete \(connection.name) and its secrets?")
        } else {
            try arguments.confirm("Delete \(ids.count) connections and their secrets?")
        }
        for id in ids {
            try await session.perform("Deleting", on: "connection \(id)", listedBy: "keyway connections list") {
                try await session.client.connections.delete(id)
            }
            session.output.done("Connection \(id) is deleted.")
        }
    }
}

extension ClientSession {
    func connection(_ id: String) async throws -> Connection {
        try await perform("Getting", on: "connection \(id)", listedBy: "keyway connections list") {
            try await client.connections.get(id)
        }
    }

    func show(_ connection: Connection) throws {
        try output.one(connection, ConnectionColumns.all, further: ConnectionColumns.details(of: connection))
    }
}
