import DatadogClient
import Foundation

/// Creates a connection to OpenAI, renames it, and deletes it. The token is read from standard input.
///
///     DD_SITE=http://127.0.0.1:8480 DD_API_KEY=… DD_APP_KEY=… swift run CreateConnection <token.txt
@main
struct CreateConnection {
    static func main() async throws {
        let client = Client(try Configuration())
        guard let token = readLine(), !token.isEmpty else { fatalError("no token on standard input") }

        do {
            let created = try await client.connections.create(
                NewConnection(
                    name: "Example",
                    integration: .openAI(.apiKey(OpenAIAPIKey(apiToken: Secret(token)))),
                    tags: ["made-by:example"]
                )
            )
            print("created", created.id)

            let renamed = try await client.connections.update(
                created.id,
                with: ConnectionUpdate(name: "Example, renamed")
            )
            print("renamed", renamed.name)

            try await client.connections.delete(created.id)
            print("deleted")
        } catch let error as DatadogError {
            switch error.code {
            case .invalid(let problems): for problem in problems { print("wrong:", problem) }
            case .forbidden: print("Is the application key registered?", error)
            default: print(error)
            }
        }
    }
}
