import DatadogClient
import Foundation

/// Tests the connection whose id is given, then sends a GET through it and prints the third party's response, as it
/// comes. The credentials stay in Keyway.
///
///     DD_SITE=http://127.0.0.1:8480 DD_API_KEY=… DD_APP_KEY=… swift run ActThroughConnection ID /v1/models
@main
struct ActThroughConnection {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { fatalError("give a connection's id and a path") }
        let connections = Client(try Configuration()).connections

        do {
            let test = try await connections.test(arguments[1])
            note("the credentials are \(test.result.json.text ?? "unknown") \(test.hint ?? "")")

            let answer = try await connections.streamAct(
                through: arguments[1],
                ActRequest("GET", arguments[2], headers: [("Accept", "application/json")])
            )
            // An error of the third party is a response too.
            note("status \(answer.status) after \(answer.upstreamTime ?? .zero)")
            for try await piece in answer.body { FileHandle.standardOutput.write(piece) }
        } catch let error as DatadogError {
            switch error.actError {
            case .ruleRefused?: note("the connection's rules don't allow it: \(error)")
            case .tooManyActs?: note("try again in a second: \(error)")
            default: note("\(error)")
            }
        }
    }

    /// Prints a note on standard error: standard output is only for the response.
    private static func note(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}
