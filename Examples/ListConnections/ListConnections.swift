import DatadogClient

/// Prints all connections of an organisation.
///
///     DD_SITE=http://127.0.0.1:8480 DD_API_KEY=… DD_APP_KEY=… swift run ListConnections
@main
struct ListConnections {
    static func main() async throws {
        var configuration = try Configuration()
        configuration.retries = .standard
        let client = Client(configuration)

        for try await connection in client.connections.all() {
            print(connection.id, connection.integration.type ?? "unknown", connection.name)
        }
    }
}
