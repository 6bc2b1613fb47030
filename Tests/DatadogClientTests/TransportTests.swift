import DatadogClient
import Foundation
import HTTPServer
import NetworkTypes
import Testing

/// A transport of the library.
enum Carrier: CaseIterable {
    case foundation
    case sockets

    var transport: any Transport {
        switch self {
        case .foundation: URLSessionTransport()
        case .sockets: SocketTransport()
        }
    }
}

@Suite("Over the network, a request", .timeLimit(.minutes(10)))
struct TransportTests {
    private static func client(_ carrier: Carrier, port: UInt16, timeout: Duration = .seconds(10)) throws -> Client {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)"))
        return Client(
            Configuration(
                site: Site(baseURL: url),
                apiKey: Secret(Keys.api),
                applicationKey: Secret(Keys.application),
                timeout: timeout
            ),
            transport: carrier.transport
        )
    }

    @Test("is not sent on where the server points elsewhere", arguments: [301, 302, 303, 307, 308], Carrier.allCases)
    func redirects(_ status: Int, _ carrier: Carrier) async throws {
        let handler = RawServer { _, path in
            Response(status: status, headers: [.init(name: "Location", value: "/stolen")], body: [])
        }
        let server = try HTTPServer(configuration: ServerConfiguration(), handler: handler)
        defer { server.stopElsewhere() }
        let client = try Self.client(carrier, port: server.boundPort)
        #expect(await failure { try await client.connections.get("x") }?.code == .redirect)
        #expect(await failure { try await client.awsAccounts.makeExternalID() }?.code == .redirect)
        #expect(handler.requestedPaths.count == 2)
    }

    @Test("that is refused says so", arguments: Carrier.allCases)
    func refused(_ carrier: Carrier) async throws {
        let handler = RawServer { _, _ in Response(status: 204) }
        let server = try HTTPServer(configuration: ServerConfiguration(), handler: handler)
        server.stop(gracePeriod: 0)
        let request = TransportRequest(
            method: "GET",
            url: try #require(URL(string: "http://127.0.0.1:\(server.boundPort)/"))
        )
        await #expect {
            try await carrier.transport.send(request)
        } throws: { error in
            (error as? TransportError)?.reason == .refused
        }
    }

    @Test("is given up when the server is silent for too long", arguments: Carrier.allCases)
    func timeout(_ carrier: Carrier) async throws {
        let handler = RawServer { _, _ in nil }
        let server = try HTTPServer(configuration: ServerConfiguration(), handler: handler)
        defer { server.stopElsewhere() }
        let client = try Self.client(carrier, port: server.boundPort, timeout: .seconds(1))
        let error = await failure { try await client.users.current() }
        #expect(error?.code == .transport)
        #expect(error?.details == "the server did not respond in time")
    }

    @Test("ends when its task is cancelled", arguments: Carrier.allCases)
    func cancellation(_ carrier: Carrier) async throws {
        let handler = RawServer { _, _ in nil }
        let server = try HTTPServer(configuration: ServerConfiguration(), handler: handler)
        defer { server.stopElsewhere() }
        // The suite's time limit comes first.
        let client = try Self.client(carrier, port: server.boundPort, timeout: .seconds(600))
        let task = Task { try await client.users.current() }
        while handler.requestedPaths.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("may bring a large answer, and many at once", arguments: Carrier.allCases)
    func large(_ carrier: Carrier) async throws {
        let names = (0..<20_000).map { "\"AWS/\($0)\"" }.joined(separator: ",")
        let body = Array(#"{"data":{"attributes":{"namespaces":[\#(names)]}}}"#.utf8)
        let handler = RawServer { _, _ in Response(status: 200, body: body) }
        let server = try HTTPServer(configuration: ServerConfiguration(), handler: handler)
        defer { server.stopElsewhere() }
        let client = try Self.client(carrier, port: server.boundPort)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<16 { group.addTask { try await client.awsAccounts.availableNamespaces().count } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: 20_000, count: 16))
    }
}
