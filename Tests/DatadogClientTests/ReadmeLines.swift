import DatadogClient

/// The README's lines, for the compiler: `Tests/EndToEnd/test_documents.py` compares the README with them.
private func readmeLines(id: String) async throws {
    let client = Client(try Configuration())  // DD_SITE=http://127.0.0.1:8480, DD_API_KEY, DD_APP_KEY
    for try await connection in client.connections.all() {
        print(connection.id, connection.integration.type ?? "unknown", connection.name)
    }
    let answer = try await client.connections.act(through: id, ActRequest("GET", "/v1/models"))
    print(answer.status, try answer.json())
}
