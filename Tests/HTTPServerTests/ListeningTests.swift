import HTTPServer
import NetworkTypes
import Platform
import Secrets
import Testing

@Suite("Listening", .timeLimit(.minutes(10)))
struct ListeningTests {
    private func failure(_ configuration: ServerConfiguration) -> HTTPServerError? {
        do {
            _ = try HTTPServer(configuration: configuration, handler: TestHandler.echo)
            return nil
        } catch {
            return error
        }
    }

    @Test("on a port in use fails and says what to do")
    func addressInUse() throws {
        let port = HTTPServerFixture.shared.boundPort
        let error = try #require(failure(ServerConfiguration(port: port)) as HTTPServerError?)
        #expect(error == .addressInUse("127.0.0.1:\(port)"))
        #expect(
            error.description == "address already in use: another server listens on 127.0.0.1:\(port); "
                + "stop it or choose another with --listen"
        )
    }

    @Test("on what is no address of this machine fails")
    func badAddresses() {
        #expect(failure(ServerConfiguration(address: "not an address")) == .invalidAddress("not an address"))
        #expect(failure(ServerConfiguration(address: "[::1]")) == .invalidAddress("[::1]"))
        #expect(failure(ServerConfiguration(address: "192.0.2.1", port: 1)) == .addressNotAvailable("192.0.2.1:1"))
    }

    @Test("on any address tells at which a request came in", arguments: ["0.0.0.0", "127.0.0.1"])
    func localEndpoint(_ address: String) throws {
        let server = try HTTPServer(
            configuration: ServerConfiguration(address: address, threads: 1),
            handler: TestHandler { request, reply in reply.send(.localEndpoint(of: request)) }
        )
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.answer().body == "http 127.0.0.1 \(server.boundPort)")
    }

    @Test("works by name, and with one thread or several", arguments: [1, 2, 5])
    func localhost(threads: Int) throws {
        let configuration = ServerConfiguration(address: "localhost", threads: threads)
        let server = try HTTPServer(configuration: configuration, handler: TestHandler.echo)
        let clients = try (0..<8).map { _ in try server.connect() }
        for client in clients {
            try client.send(get("/"))
            #expect(try client.answer().body == "GET / 0")
        }
    }

    @Test("shares connections out evenly among the threads, whatever their sockets' numbers", arguments: [2, 3])
    func evenly(threads: Int) throws {
        let server = try HTTPServer(
            configuration: ServerConfiguration(threads: threads),
            handler: TestHandler { _, reply in reply.send(.text("\(pthread_self())")) }
        )
        // Client and server share a process: all numbers on one side may be even.
        let clients = try (0..<threads * 4).map { _ in try server.connect() }
        var counts: [String: Int] = [:]
        for client in clients {
            try client.send(get("/"))
            counts[try client.answer().body, default: 0] += 1
        }
        #expect(counts.count == threads)
        #expect(counts.values.allSatisfy { $0 == 4 })
    }

    @Test("takes in many who connect at once")
    func burst() throws {
        let server = try HTTPServer()
        let clients = try (0..<300).map { _ in try server.connect() }
        for client in clients { try client.send(get("/")) }
        for client in clients { #expect(try client.answer().status == 200) }
    }

    @Test("can begin again on the same port right after a stop")
    func again() throws {
        let first = try HTTPServer()
        #expect(try first.answer(to: get("/")).status == 200)
        first.stop(gracePeriod: 0)
        let configuration = ServerConfiguration(port: first.boundPort)
        let second = try HTTPServer(configuration: configuration, handler: TestHandler.echo)
        #expect(try second.answer(to: get("/")).status == 200)
    }

    @Test("on all IPv6 addresses shows an IPv4 client by its IPv4 address")
    func mapped() throws {
        let server = try HTTPServer(
            configuration: ServerConfiguration(address: "::"),
            handler: TestHandler { request, reply in
                reply.send(.text("\(request.remoteAddress) \(request.remoteAddress.isLoopback)"))
            }
        )
        #expect(try server.answer(to: get("/")).body == "127.0.0.1 true")
    }

    @Test(
        "knows addresses apart",
        arguments: [
            ("127.0.0.1", "127.0.0.1", true), ("127.9.8.7", "127.9.8.7", true), ("10.0.0.1", "10.0.0.1", false),
            ("::ffff:127.0.0.1", "127.0.0.1", true), ("::1", "::1", true), ("::2", "::2", false),
            ("2001:DB8::1", "2001:db8::1", false),
        ]
    )
    func remoteAddress(text: String, printed: String, isLoopback: Bool) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == printed)
        #expect(address.isLoopback == isLoopback)
        #expect(address == IPAddress(printed))
    }
}
