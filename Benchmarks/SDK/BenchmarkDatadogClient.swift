import DatadogClient
import Foundation

/// The SDK's side of `make bench sdk`: each line on standard input asks for one round, each response is its seconds.
///
///     BenchmarkDatadogClient DOCUMENTS
///
/// `DOCUMENTS` holds answers to a GET of a connection, one a line. `decode` turns each of them from bytes into a
/// connection; `get` gets each of those connections from the server that `DD_SITE` names. `Benchmarks/official.py` does
/// the same with the official Python client.
@main
struct BenchmarkDatadogClient {
    private let client: Client
    private let documents: [(id: String, body: Data)]

    static func main() async throws {
        guard CommandLine.arguments.count == 2 else { throw Failure("usage: BenchmarkDatadogClient DOCUMENTS") }
        let bench = try Self(documents: CommandLine.arguments[1])
        while let round = readLine() {
            let seconds =
                switch round {
                case "decode": try ContinuousClock().measure(bench.decode)
                case "get": try await ContinuousClock().measure(bench.get)
                default: throw Failure("there is no round `\(round)`")
                }
            try FileHandle.standardOutput.write(contentsOf: Data("\(seconds / .seconds(1))\n".utf8))
        }
    }

    private init(documents path: String) throws {
        client = Client(try Configuration())
        documents = try Data(contentsOf: URL(filePath: path)).split(separator: UInt8(ascii: "\n")).map { line in
            let body = Data(line)
            let connection = try Self.connection(body)
            // An unknown value is kept as it came, which would be a short cut.
            guard !"\(connection)".contains("unknown(") else { throw Failure("a document is not understood") }
            return (connection.id, body)
        }
    }

    private func decode() throws {
        for document in documents {
            guard try Self.connection(document.body).id == document.id else { throw Failure("decoded another id") }
        }
    }

    private func get() async throws {
        for document in documents {
            guard try await client.connections.get(document.id).id == document.id else {
                throw Failure("got another connection")
            }
        }
    }

    private static func connection(_ body: Data) throws -> Connection {
        guard let data = try JSONValue(parsing: body)["data"] else { throw Failure("a document has no data") }
        return try Connection(json: data)
    }
}

/// Why there is no figure.
private struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
