import DatadogClient

extension CommandGroup {
    static let actTokens = CommandGroup(
        name: "act-tokens",
        summary: "Tokens that act through some connections, for a time",
        members: [.command(.createActToken), .command(.listActTokens), .command(.revokeActToken)]
    )
}

private enum ActTokenColumns {
    static let all: [Column<ActToken>] = [
        Column("ID", .always) { $0.id },
        Column("Name", .flexible) { $0.name },
        Column("Connections", .droppable(3)) { $0.connections.joined(separator: " ") },
        Column("Methods", .detail) { $0.methods?.joined(separator: " ") },
        Column("Paths", .detail) { $0.paths?.joined(separator: " ") },
        Column("Acts", .droppable(2)) { token in token.acts.map { "\(token.actsUsed ?? 0) of \($0)" } },
        Column("Expires", .droppable(1)) { $0.expiresAt?.rawValue },
        Column("Token", .detail) { $0.token?.revealed },
        Column("AWS access key ID", .detail) { $0.secretAccessKey == nil ? nil : $0.accessKeyID },
        Column("AWS secret access key", .detail) { $0.secretAccessKey?.revealed },
    ]
}

extension Option {
    /// The connections of an act token.
    static let actedConnection = Option(
        name: "connection",
        letter: "c",
        placeholder: "CONNECTION",
        help: "A connection's id, or its name if no other has it; may be given more than once",
        isRepeatable: true
    )
    /// The lifetime of an act token.
    static let lifetime = Option(
        name: "for",
        placeholder: "TIME",
        help: "How long it is good for, at most a day: 90s, 45m, 8h; 1h by default"
    )
}

extension Arguments {
    /// A lifetime, an hour by default.
    func lifetime() throws(CommandError) -> Duration {
        guard let text = self[.lifetime] else { return .seconds(3_600) }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()),
            number > 0, number <= 86_400 / unit
        else {
            throw .usage(
                "--for must be a number of seconds, minutes or hours, at most a day: 90s, 45m, 8h",
                of: command
            )
        }
        return .seconds(number * unit)
    }
}

extension Command {
    private static let name = Option(name: "name", placeholder: "NAME", help: "Name of the token, for people")
    private static let method = Option(
        name: "method",
        placeholder: "METHOD",
        help: "A method that it allows, such as GET; all by default; may be given more than once",
        isRepeatable: true
    )
    private static let path = Option(
        name: "path",
        placeholder: "PATTERN",
        help:
            "Paths below the base URL that it allows, such as /v1/models/**; all by default; may be given more than once",
        isRepeatable: true
    )
    private static let acts = Option(
        name: "acts",
        placeholder: "N",
        help: "How many acts it may begin; any number by default"
    )

    static let createActToken = Command(
        name: "act-tokens create",
        summary: "Create an act token, and print it: it is shown only once",
        discussion: [
            "It stands wherever a tool puts its vendor's own credential, once the tool's base URL is "
                + "SERVER/api/v2/actions/connections/ID/proxy. It is never wider than the keys that make it, and gone with "
                + "them. keyway run does all this for one command."
        ],
        options: [.actedConnection, .lifetime, name, method, path, acts],
        sharedOptions: [Output.formatOptions, ServerOptions.group],
        examples: [
            "keyway act-tokens create --connection OpenAI --for 8h",
            "keyway act-tokens create --connection OpenAI --method GET --path '/v1/models/**' --acts 100",
        ]
    ) { arguments in
        let names = arguments.all(.actedConnection)
        guard !names.isEmpty else {
            throw CommandError.usage(
                "keyway act-tokens create needs \(Option.actedConnection.usage)",
                of: arguments.command
            )
        }
        let lifetime = try arguments.lifetime()
        let acts = try arguments.count(acts)
        let session = try ClientSession(arguments)
        var connections: [Connection.ID] = []
        for name in names { connections.append(try await session.connectionID(name)) }
        let methods = arguments.all(method)
        let paths = arguments.all(path)
        let new = NewActToken(
            connections: connections,
            lifetime: lifetime,
            name: arguments[name],
            methods: methods.isEmpty ? nil : methods,
            paths: paths.isEmpty ? nil : paths,
            acts: acts
        )
        let token = try await session.perform("Creating") { try await session.client.actTokens.create(new) }
        try session.output.one(token, ActTokenColumns.all, secrets: .revealed)
    }

    static let listActTokens = Command(
        name: "act-tokens list",
        summary: "List act tokens that have not expired",
        options: [.limit],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway act-tokens list"]
    ) { arguments in
        let limit = try arguments.count(.limit)
        let session = try ClientSession(arguments)
        let tokens = try await session.collect(
            "Listing act tokens",
            session.client.actTokens.all(pageSize: min(limit ?? 100, 100)),
            limit: limit
        )
        try session.output.list(tokens, ActTokenColumns.all, noun: "act tokens")
    }

    private static let token = Operand(name: "ID", help: "The act token's id, a UUID, not the token itself")

    static let revokeActToken = Command(
        name: "act-tokens revoke",
        summary: "Revoke an act token: acts with it are refused from then on",
        operands: [token],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway act-tokens revoke 01a1f9a5-f37d-7003-b510-737288560dd2"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[token]
        try await session.perform("Revoking", on: "act token \(id)", listedBy: "keyway act-tokens list") {
            try await session.client.actTokens.revoke(id)
        }
        session.output.done("Act token \(id) is revoked.")
    }
}
