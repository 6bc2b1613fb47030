import DatadogClient
import Documents
import Platform
import Threads

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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

/// The server that a relay speaks to, and who speaks.
struct AgentServer {
    let url: URL
    let credential: [(name: String, value: String)]
    let transport: any Transport

    init(_ arguments: Arguments, connection: String) throws(CommandError) {
        guard connection.isEmpty || Identifier(connection) != nil else {
            throw .usage("CONNECTION-ID must be a UUID, as keyway connections list shows it", of: arguments.command)
        }
        let site = try ServerOptions.site(arguments)
        try ServerOptions.requireCover(for: site, arguments)
        var text = site.description
        while text.hasSuffix("/") { text.removeLast() }
        guard let url = URL(string: text + "/mcp" + (connection.isEmpty ? "" : "/\(connection)")) else {
            throw CommandError(.configuration, "\(site) is no address that a path can follow")
        }
        self.url = url
        if let token = Environment[RunVariables.token] {
            credential = [("Authorization", "Bearer \(token)")]
        } else {
            let keys = try ServerOptions.keys(arguments)
            credential = [
                ("DD-API-KEY", keys.apiKey.revealed), ("DD-APPLICATION-KEY", keys.applicationKey.revealed),
            ]
        }
        let isOnThisMachine = url.scheme == "http" && url.host().map { LoopbackAddress.isLoopback($0) } ?? false
        transport = isOnThisMachine ? SocketTransport() : URLSessionTransport()
    }
}

/// Standard input as lines.
enum StandardInput {
    /// The lines as they come, without their newlines. They are read by a thread of their own, which may wait.
    static func lines() -> AsyncThrowingStream<[UInt8], any Error> {
        let (lines, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        DetachedThread.start {
            do {
                var reader = try LineReader(path: "-")
                while let line = try reader.next({ line, _ in Array(line) }) { continuation.yield(line) }
                continuation.finish()
            } catch is LineReader.TooLong {
                continuation.finish(throwing: CommandError(.data, "a line has more than 16 MiB"))
            } catch {
                continuation.finish(throwing: error)
            }
        }
        return lines
    }
}
