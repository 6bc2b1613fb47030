import HTTPServer
import KeywayServer
import Platform
import Testing

/// The service behind a real socket: what the other suites do without one comes to the same.
@Suite("Over a socket, the service", .timeLimit(.minutes(10)))
struct SocketTests {
    /// Sends bytes to a port of this machine, and reads until the other side closes.
    private static func exchange(_ request: String, port: UInt16) throws -> (head: String, body: String) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        // Generous: it is there to end a hanging test, not to measure.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        let bytes = Array(request.utf8)
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { received += chunk[..<count] }
        let text = String(decoding: received, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }

    private static func request(_ line: String, _ keys: Keys?, _ body: String = "") -> String {
        let headers = (keys?.headers ?? []).map { "\($0.name): \($0.value)\r\n" }.joined()
        return "\(line) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(headers)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test("creates, gets and deletes as it does without one")
    func journey() async throws {
        let fixture = try await Fixture()
        let server = try HTTPServer(configuration: ServerConfiguration(), handler: fixture.service)
        defer { server.stop(gracePeriod: 1) }
        let port = server.boundPort
        let id = try await fixture.create(Bodies.openAI(name: "direct"))

        let created = try Self.exchange(
            Self.request("POST \(Paths.connections)", fixture.admin, Bodies.openAI()),
            port: port
        )
        #expect(created.head.hasPrefix("HTTP/1.1 201 "))
        #expect(!created.body.contains(Bodies.marker))

        let get = try Self.exchange(Self.request("GET \(Paths.connection(id))", fixture.admin), port: port)
        #expect(get.head.contains("Content-Type: application/vnd.api+json"))
        #expect(get.head.contains("X-Request-Id: "))
        #expect(get.head.contains("x-ratelimit-remaining: "))
        #expect(get.body == (try await fixture.send(.get, Paths.connection(id), as: fixture.admin)).text)

        let head = try Self.exchange(Self.request("HEAD \(Paths.connection(id))", fixture.admin), port: port)
        #expect(head.head.contains("Content-Length: \(get.body.utf8.count)"))
        #expect(head.body.isEmpty)

        let deleted = try Self.exchange(Self.request("DELETE \(Paths.connection(id))", fixture.admin), port: port)
        #expect(deleted.head.hasPrefix("HTTP/1.1 204 "))
        #expect(!deleted.head.contains("Content-Type"))

        let metrics = try Self.exchange(Self.request("GET /metrics", nil), port: port)
        #expect(metrics.body.contains("keyway_http_requests_total{"))
    }

    @Test(
        "has its metrics on a listener of their own, which has nothing else",
        arguments: [
            ("GET /metrics", "200"), ("HEAD /metrics", "200"), ("GET /metrics?x=1", "200"), ("POST /metrics", "404"),
            ("GET /", "404"), ("GET /api/v2/actions/connections", "404"), ("GET /%00", "400"),
        ]
    )
    func metricsListener(_ line: String, _ status: String) async throws {
        let fixture = try await Fixture(metricsHaveOwnListener: true)
        let handler = MetricsListener(metrics: fixture.service.metrics)
        let server = try HTTPServer(configuration: ServerConfiguration(), handler: handler)
        defer { server.stop(gracePeriod: 1) }
        let answer = try Self.exchange(Self.request(line, fixture.admin), port: server.boundPort)
        #expect(answer.head.hasPrefix("HTTP/1.1 \(status) "))
        if line.hasPrefix("GET /metrics") { #expect(try !MetricsText(parsing: answer.body).samples.isEmpty) }
        if status != "200" { #expect(answer.body.hasPrefix(#"{"errors":[{"status":"\#(status)","title":""#)) }
    }

    @Test(
        "answers an encoded slash in an id, and what the engine refuses, in its own shape",
        arguments: [
            ("GET /api/v2/actions/connections/a%2Fb", "400"), ("GET /api/v2/actions/%2e%2e/connections", "400"),
            ("GET /api/v2/actions/connections/%00", "400"), ("BREW /healthz", "405"),
        ]
    )
    func refusals(_ line: String, _ status: String) async throws {
        let fixture = try await Fixture()
        let server = try HTTPServer(configuration: ServerConfiguration(), handler: fixture.service)
        defer { server.stop(gracePeriod: 1) }
        let answer = try Self.exchange(Self.request(line, fixture.admin), port: server.boundPort)
        #expect(answer.head.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.head.contains("X-Request-Id: "))
        #expect(answer.body.hasPrefix(#"{"errors":[{"status":"\#(status)","title":""#))
    }
}
