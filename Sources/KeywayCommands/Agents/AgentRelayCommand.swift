import Platform

extension Command {
    private static let connection = Operand(
        name: "CONNECTION-ID",
        help: "The one connection to act through; all that the credential may use by default",
        isOptional: true
    )

    static let agentRelay = Command(
        name: "mcp",
        summary: "Serve an agent's client over standard input and output, with a server's tools",
        discussion: [
            "For clients that start a process and speak MCP (Model Context Protocol) with it, a message a line. Those that "
                + "speak HTTP need no process: they POST to /mcp of the server.",
            "The act token in KEYWAY_ACT_TOKEN, which keyway run sets, goes before keys; any other access token can stand "
                + "there too. Standard output carries messages alone. The end of standard input ends it.",
        ],
        operands: [connection],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway mcp", "keyway run --connection GitLab -- keyway mcp"]
    ) { arguments in
        let server = try AgentServer(arguments, connection: arguments[connection])
        let relay = AgentRelay(to: server.url, server.credential, over: server.transport) { line in
            do {
                try ByteOutput.standard.append(line)
            } catch {
                // The client has gone.
                exit(ExitCode.output.rawValue)
            }
        }
        try await relay.run(StandardInput.lines())
    }
}
