import DatadogClient
import Foundation

/// A service, a third party, and a connection that leads from one to the other.
struct Stage {
    let server: RunningServer
    let upstream: Upstream
    let client: Client
    let connection: Connection.ID

    init(_ carrier: Carrier = .sockets, _ settings: ConnectionSettings = ConnectionSettings()) async throws {
        server = try await RunningServer()
        upstream = try Upstream()
        client = Client(
            Configuration(
                site: Site(baseURL: server.url),
                apiKey: Secret(server.apiKey),
                applicationKey: Secret(server.applicationKey),
                retries: .standard
            ),
            transport: carrier.transport
        )
        let key = OpenAIAPIKey(apiToken: Secret("sk-marker-0123456789"))
        connection = try await client.connections.create(
            NewConnection(name: "OpenAI", integration: .openAI(.apiKey(key)))
        ).id
        var settings = settings
        settings.baseURL = upstream.url
        settings.customDomain = true
        try await client.connections.putSettings(settings, of: connection)
    }

    func act(_ request: ActRequest) async throws -> ActAnswer<Data> {
        try await client.connections.act(through: connection, request)
    }
}
