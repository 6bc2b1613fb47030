import DatadogClient
import Platform

extension Command {
    private static let method = Operand(name: "METHOD", help: "The method, such as GET")
    private static let path = Operand(
        name: "PATH",
        help: "The path below the integration's base URL, with a query if needed, percent-encoded: it is sent as it is"
    )
    private static let include = Option(
        name: "include",
        letter: "i",
        placeholder: nil,
        help: "Print status and headers before the body"
    )
    private static let dryRun = Option.flag("dry-run", "Show what would be sent, its secrets masked, and send nothing")
    private static let fail = Option.flag("fail", "Exit with 3 if the third party's status is 400 or more")

    static let act = Command(
        name: "act",
        summary: "Send a request through a connection, which authenticates it",
        discussion: [
            "The third party's response is printed as it arrives, byte for byte and nothing else; secrets are masked. "
                + "On a terminal, control characters are escaped.",
            "The exit code is 0 whatever the third party's status, unless --fail is given. An error of "
                + "Keyway's own has its own exit code. A request is never sent twice: after one without a response "
                + "look at keyway audit events, which shows whether it was sent.",
        ],
        operands: [.connectionOrName, method, path],
        options: ActInput.options + [include, ActOutput.file, dryRun, fail],
        sharedOptions: [ServerOptions.group],
        examples: [
            "keyway act Support GET /v1/models",
            "keyway act Support POST /v1/chat/completions --json @chat.json",
            "keyway act Files GET /v1/files/7/content --output content.bin --fail",
        ]
    ) { arguments in
        let request = try ActInput(arguments, method: arguments[method], path: arguments[path]).request
        let session = try ClientSession(arguments)
        let connection = arguments[.connectionOrName]
        if arguments.has(dryRun) {
            let plan = try await session.onConnection("Planning", connection) { id in
                try await session.client.connections.plan(through: id, request)
            }
            return try Terminal.print(plan.text)
        }
        var output = try ActOutput(arguments)
        let answer: ActAnswer<BodyPieces>
        do {
            answer = try await session.onConnection("Acting", connection) { id in
                try await session.client.connections.streamAct(through: id, request)
            }
        } catch {
            output.discard()
            throw error
        }
        if arguments.has(include) { try output.write(head: answer) }
        do {
            for try await piece in answer.body { try output.write(piece) }
        } catch let error as DatadogError {
            throw CommandError(brokenOff: error, from: session.server)
        }
        try output.finish()
        if arguments.has(fail), answer.status >= 400 { throw CommandError(answeredBy: answer.status, connection) }
    }
}

extension ActPlan {
    /// The request as people know it.
    fileprivate var text: String {
        var lines = ["\(method) \(url)"] + headers.map { "\($0.name): \($0.value)" }
        if let bodyBytes, bodyBytes > 0 { lines += ["", "(a body of \(bodyBytes) bytes)"] }
        if let rule { lines += ["", "(allowed by the rule \"\(rule)\")"] }
        return lines.map { TextLayout.printable($0) + "\n" }.joined()
    }
}

extension CommandError {
    fileprivate init(brokenOff error: DatadogError, from server: String) {
        self.init(
            .unavailable,
            "the response ended early: \(error.details)",
            try: "keyway audit events --query @evt.name:connection.act, which shows the outcome of the act"
        )
    }

    fileprivate init(answeredBy status: Int, _ connection: String) {
        self.init(
            .thirdParty,
            "the third party responded with status \(status)",
            try: status == 401 || status == 403 ? "keyway connections test '\(connection)'" : nil
        )
    }
}
