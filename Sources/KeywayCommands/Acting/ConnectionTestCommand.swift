import DatadogClient

private enum ConnectionTestColumns {
    static let all: [Column<ConnectionTest>] = [
        Column("Connection", .always) { $0.id },
        Column("Result", .always) { $0.result.json.text },
        Column("Status", .always) { $0.status.map(String.init) },
        Column("Took", .always) { $0.milliseconds.map { "\($0) ms" } },
        Column("Hint", .detail) { $0.hint },
    ]
}

extension Command {
    static let testConnection = Command(
        name: "connections test",
        summary: "Tell whether a connection's credentials work, by a request that changes nothing",
        discussion: [
            "The exit code is 0 if the third party accepts the credentials, even if they may not do what the test does "
                + "(valid_but_forbidden); 3 if it does not accept them; 75 if it has had too many requests, and 69 if "
                + "it was not reached."
        ],
        operands: [.connectionOrName],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway connections test Support", "keyway connections test Support --output json"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let test = try await session.onConnection("Testing", arguments[.connectionOrName]) { id in
            try await session.client.connections.test(id)
        }
        try session.output.one(test, ConnectionTestColumns.all)
        switch test.result {
        case .valid, .validButForbidden: break
        case .invalid:
            throw CommandError(
                .thirdParty,
                "the third party does not take the credentials",
                try: "keyway connections update \(test.id) --secret NAME, with others"
            )
        case .throttled:
            throw CommandError(.temporary, "the third party has had too many requests", try: "again in a while")
        case .unreachable:
            throw CommandError(
                .unavailable,
                "the third party was not reached",
                try: "keyway connections settings get \(test.id), which has the address"
            )
        case .unknown:
            throw CommandError(.protocol, "this version does not know the result", try: "a newer keyway")
        }
    }
}
