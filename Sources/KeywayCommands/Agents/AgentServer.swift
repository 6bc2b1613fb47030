import DatadogClient
import Documents

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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
