import Cryptography
import Documents
import ForwardProxy
import HTTPServer
import NetworkTypes
import Platform
import TestSupport
import Testing

/// With the `curl` and `openssl` commands as clients; the tests fail without them.
@Suite("The listener for CONNECT requests", .timeLimit(.minutes(5)))
struct ConnectListenerTests {
    @Test("opens a host, whose requests come over TLS in both versions", arguments: ["--tls-max 1.2", "--tlsv1.3"])
    func opens(_ version: String) throws {
        let proxy = try Proxy()
        let output = try proxy.curl("\(version) https://api.example.test/a https://api.example.test/b")
        let lines = ["/a", "/b"].map { "GET \($0) of api.example.test:443 by Basic dTpw\n" }
        #expect(output == lines.joined())
    }

    @Test("says in the status line why it refuses")
    func refuses() throws {
        let proxy = try Proxy()
        let output = try proxy.curl("-v https://other.example.test/ 2>&1")
        #expect(output.contains("HTTP/1.1 403 other.example.test is not bound"))
    }

    @Test("gives no certificate for a name other than the host that was asked for")
    func serverName() throws {
        let proxy = try Proxy()
        for (name, isGiven) in [("api.example.test", true), ("API.example.test", true), ("x.api.example.test", false)] {
            let output = try proxy.openssl("-servername \(name)")
            #expect(output.contains("BEGIN CERTIFICATE") == isGiven, "\(name)")
        }
        #expect(try proxy.openssl("-noservername").contains("BEGIN CERTIFICATE"))
    }

    @Test("leaves every byte behind the head to the handshake, however they come")
    func exactness() throws {
        let proxy = try Proxy()
        let hello = try Self.clientHello()
        let head = Array("CONNECT api.example.test:443 HTTP/1.1\r\n\r\n".utf8)
        for pieces in [[head + hello], [Array(head.dropLast()), [0x0A] + hello], head.map { [$0] } + [hello]] {
            let client = try Client(port: proxy.port)
            for piece in pieces {
                client.send(piece)
                if pieces.count > 1 { usleep(2_000) }
            }
            let answer = client.receive(atLeast: 60)
            let text = "HTTP/1.1 200 Connection established\r\n\r\n"
            #expect(answer.starts(with: text.utf8))
            // A ServerHello, in a record of type handshake.
            #expect(answer.dropFirst(text.utf8.count).first == 0x16)
        }
    }

    @Test(
        "answers what is no CONNECT request, and closes",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", 403),
            ("CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n", 403), ("nonsense\r\n\r\n", 400),
            ("CONNECT a.test:443 HTTP/1.1\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n", 431),
        ]
    )
    func others(_ text: String, _ status: Int) throws {
        let proxy = try Proxy()
        let client = try Client(port: proxy.port)
        client.send(Array(text.utf8))
        let answer = String(decoding: client.receive(atLeast: .max), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
    }

    @Test("many clients that never end their heads keep nobody out")
    func slowClients() throws {
        let proxy = try Proxy(headsAtMost: 20)
        var clients: [Client] = []
        for _ in 0..<100 {
            let client = try Client(port: proxy.port)
            client.send(Array("CONNECT api.example.test:443 HT".utf8))
            clients.append(client)
        }
        #expect(try proxy.curl("https://api.example.test/a").hasPrefix("GET /a"))
        withExtendedLifetime(clients) {}
    }

    @Test("no certificate is given once the session has ended")
    func end() throws {
        let proxy = try Proxy()
        #expect(try proxy.curl("https://api.example.test/a").hasPrefix("GET /a"))
        proxy.gate.session.end()
        #expect(try proxy.curl("-v https://api.example.test/a 2>&1").contains("HTTP/1.1 403"))
    }

    @Test("its stop closes tunnels")
    func stops() throws {
        let proxy = try Proxy()
        let client = try Client(port: proxy.port)
        client.send(Array("CONNECT api.example.test:443 HTTP/1.1\r\n\r\n".utf8))
        #expect(client.receive(atLeast: 39).count == 39)
        proxy.stop()
        #expect(client.receive(atLeast: 1).isEmpty)
        #expect(throws: (any Error).self) { try Client(port: proxy.port) }
    }

    /// The first flight of a handshake for the host.
    private static func clientHello() throws -> [UInt8] {
        let text = try Shell.run(
            """
            python3 -c "
            import ssl, sys
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            out = ssl.MemoryBIO()
            try:
                context.wrap_bio(ssl.MemoryBIO(), out, server_hostname='api.example.test').do_handshake()
            except ssl.SSLWantReadError:
                print(out.read().hex())
            "
            """
        )
        let digits = Array(text.utf8.filter { $0 > 0x20 })
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
    }
}

/// A proxy that opens one host, and answers its requests with a line.
final class Proxy {
    let gate: Gate
    let port: UInt16
    private let listener: ConnectListener
    private let tunnels: HTTPServer
    private let directory = TemporaryDirectory()
    private var isStopped = false

    init(headsAtMost: Int = 1_024) throws {
        gate = try Gate()
        tunnels = try HTTPServer(tunnels: ServerConfiguration(threads: 2), handler: Handler())
        listener = try ConnectListener(
            address: "127.0.0.1",
            port: 0,
            gate: gate,
            server: tunnels,
            headsAtMost: headsAtMost
        )
        port = listener.boundPort
        directory.save(gate.session.certificatePEM, as: "root")
    }

    func stop() {
        guard !isStopped else { return }
        isStopped = true
        listener.stop()
        tunnels.stop(gracePeriod: 1)
    }

    deinit { stop() }

    /// The output of a `curl` that trusts the session.
    func curl(_ arguments: String) throws -> String {
        try Shell.run(
            """
            env -i PATH="$PATH" timeout 60 curl -q -sS --proxy http://u:p@127.0.0.1:\(port) --cacert \(directory("root")) \
            \(arguments)
            """
        )
    }

    func openssl(_ arguments: String) throws -> String {
        try Shell.run(
            """
            timeout 20 openssl s_client -proxy 127.0.0.1:\(port) -connect api.example.test:443 \(arguments) \
            </dev/null 2>/dev/null
            """
        )
    }
}

final class Gate: ConnectGate {
    let session: ProxySession

    init() throws {
        let id = Identifier(high: 0, low: 1)
        session = try ProxySession(
            id: id,
            maker: .init(organization: id, credential: id),
            connections: [],
            names: ["api.example.test"],
            addsCredentials: false,
            now: .now,
            expiresAt: Timestamp(microseconds: Timestamp.now.microseconds + 3_600_000_000)
        )
    }

    func decide(
        _ request: ConnectRequest,
        _ answer: @escaping @Sendable (Result<ConnectOpening, ConnectRefusal>) -> Void
    ) {
        guard let certificate = try? session.certificate(for: request.host) else {
            return answer(.failure(ConnectRefusal(403, "host_not_bound", "\(request.host) is not bound")))
        }
        let tunnel = Tunnel(
            host: request.host,
            port: request.port,
            certificate: certificate,
            context: Authorization(request.authorization ?? "nobody")
        )
        answer(.success(.served(tunnel)))
    }
}

private final class Authorization: Sendable {
    let text: String

    init(_ text: String) { self.text = text }
}

private final class Handler: RequestHandler {
    func handle(_ request: Request, reply: Reply) {
        let tunnel = request.tunnel
        let by = (tunnel?.context as? Authorization)?.text ?? "unknown"
        let line = "\(request.method) \(request.rawPath) of \(tunnel?.host ?? ""):\(tunnel?.port ?? 0) by \(by)\n"
        reply.send(Response(status: 200, body: Array(line.utf8)))
    }

    func refuse(_ refusal: Refusal, to _: IPAddress) -> Response { Response(status: refusal.status) }
}

/// A client that speaks in bytes.
private final class Client {
    private let socket: Int32

    private struct Failure: Error {}

    init(port: UInt16) throws {
        socket = Platform.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Failure() }
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    func send(_ bytes: [UInt8]) { _ = Platform.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// The bytes that come, up to that many or the end.
    func receive(atLeast count: Int) -> [UInt8] {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while received.count < count {
            let more = recv(socket, &chunk, chunk.count, 0)
            guard more > 0 else { break }
            received += chunk[..<more]
        }
        return received
    }
}
