import Egress
import Foundation
import NetworkTypes
import Secrets
import Testing

@Suite("A connection", .timeLimit(.minutes(10)))
struct GuardedConnectionTests {
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    /// The error of a request that must not get through.
    private func refusal(of request: OutgoingRequest, by client: EgressClient) async -> EgressError? {
        do throws(EgressError) {
            _ = try await client.collect(request)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "to the loopback is refused in whatever way it is written",
        arguments: [
            "127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "2130706433", "0177.0.0.1",
            "0x7f.0.0.1", "0x7f000001", "017700000001", "127.1", "127.0.1", "0", "0.0.0.0", "[::1]", "[::]",
            "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
            "x.localhost",
        ]
    )
    func spellings(_ host: String) async throws {
        let server = try LoopbackServer.answering(Self.answer)
        let client = try EgressClient.local { $0.allowedNetworks = [] }
        let error = await refusal(of: .get("http://\(host):\(server.port)"), by: client)
        switch error {
        case .refusedAddress, .unresolvableHost: break
        default: Issue.record("\(String(describing: error))")
        }
        #expect(server.connections == 0)
    }

    @Test("is refused with the address and what it is for")
    func words() async throws {
        let client = try EgressClient.local { $0.allowedNetworks = [] }
        for (host, words) in [
            ("127.0.0.1", "127.0.0.1, a loopback address"), ("2130706433", "127.0.0.1, a loopback address"),
            ("169.254.169.254", "169.254.169.254, a metadata service"), ("[fd00::1]", "fd00::1, a private address"),
        ] {
            #expect(await refusal(of: .get("http://\(host)"), by: client) == .refusedAddress(words))
        }
    }

    @Test("by a name is judged by the address that it has now, not by the name")
    func rebinding() async throws {
        let server = try LoopbackServer.answering(Self.answer)
        let allowed = try await EgressClient.local().collect(.get("http://localhost:\(server.port)"))
        #expect(allowed.text == "ok")
        let elsewhere = try EgressClient.local { $0.allowedNetworks = [IPNetwork("10.0.0.0/8")].compactMap { $0 } }
        let error = await refusal(of: .get("http://localhost:\(server.port)"), by: elsewhere)
        guard case .refusedAddress = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(server.connections == 1)
    }

    @Test("that one client may use is of no use to another that may not")
    func reuse() async throws {
        let server = try LoopbackServer.answering(Self.answer)
        let allowing = try EgressClient.local()
        let forbidding = try EgressClient.local { $0.allowedNetworks = [] }
        for _ in 1...3 {
            #expect(try await allowing.collect(.get(server.origin)).text == "ok")
            #expect(
                await refusal(of: .get(server.origin), by: forbidding)
                    == .refusedAddress("127.0.0.1, a loopback address")
            )
        }
        #expect(server.connections == 1)
    }

    @Test("for a request to public hosts alone is neither opened nor used where the operator allows more")
    func publicHosts() async throws {
        let server = try LoopbackServer.answering(Self.answer)
        let client = try EgressClient.local()
        var request = OutgoingRequest.get(server.origin)
        request.isForPublicHosts = true
        #expect(await refusal(of: request, by: client) == .refusedAddress("127.0.0.1, a loopback address"))
        #expect(server.connections == 0)
        // One that is kept is judged again.
        #expect(try await client.collect(.get(server.origin)).text == "ok")
        #expect(await refusal(of: request, by: client) == .refusedAddress("127.0.0.1, a loopback address"))
        #expect(server.connections == 1)
    }

    @Test("is not shared by origins, though they lead to the same server")
    func origins() async throws {
        let server = try LoopbackServer.answering(Self.answer)
        let client = try EgressClient.local()
        for _ in 1...2 {
            for host in ["127.0.0.1", "127.0.0.2", "localhost"] {
                _ = await refusal(of: .get("http://\(host):\(server.port)"), by: client)
            }
        }
        // The server listens on the first and third.
        #expect(server.connections == 2)
    }

    @Test("serves many requests")
    func keepAlive() async throws {
        let server = try LoopbackServer.answering(Self.answer)
        let client = try EgressClient.local()
        for _ in 1...100 { #expect(try await client.collect(.get(server.origin)).text == "ok") }
        #expect(server.connections == 1)
    }

    @Test("is not opened beyond their number; requests wait")
    func bound() async throws {
        let server = try LoopbackServer.answering(Self.answer)
        let client = try EgressClient.local { $0.connectionsAtMost = 4 }
        let recorders = (1...200).map { _ in Recorder() }
        for recorder in recorders { client.send(.get(server.origin), to: recorder) }
        for recorder in recorders { #expect(await recorder.end().text == "ok") }
        #expect(server.connections <= 4)
    }

    @Test("without TLS is refused unless the operator allows it")
    func plaintext() async throws {
        let server = try LoopbackServer.answering(Self.answer)
        let client = try EgressClient.local { $0.allowsPlaintext = false }
        #expect(await refusal(of: .get(server.origin), by: client) == .plaintextNotAllowed)
        #expect(server.connections == 0)
    }

    @Test("that nobody accepts fails, and a name that does not exist is not found")
    func failures() async throws {
        let client = try EgressClient.local()
        guard case .connectionFailed = await refusal(of: .get("http://127.0.0.1:1"), by: client) else {
            Issue.record("port 1 is open")
            return
        }
        #expect(await refusal(of: .get("http://nowhere.invalid"), by: client) == .unresolvableHost)
    }

    @Test("does not follow a redirect: the answer is handed on", arguments: [301, 302, 303, 307, 308])
    func redirects(_ status: Int) async throws {
        let target = try LoopbackServer.answering(Self.answer)
        let server = try LoopbackServer.answering(
            "HTTP/1.1 \(status) Moved\r\nLocation: \(target.origin)/\r\nContent-Length: 0\r\n\r\n"
        )
        let answer = try await EgressClient.local().collect(.get(server.origin))
        #expect(answer.head.status == status)
        #expect(answer.head["location"] == "\(target.origin)/")
        #expect(target.connections == 0)
    }

    @Test("ignores cookies, alternative services and offers to authenticate")
    func nothingKept() async throws {
        let server = try LoopbackServer { peer in
            while let request = try peer.request() {
                try peer.send(
                    """
                    HTTP/1.1 401 No\r\nSet-Cookie: a=b; Path=/\r\nAlt-Svc: h2=":1"; ma=9999\r\n\
                    Strict-Transport-Security: max-age=9999\r\nWWW-Authenticate: Basic realm="x"\r\n\
                    WWW-Authenticate: Negotiate\r\nContent-Length: \(request.utf8.count)\r\n\r\n\(request)
                    """
                )
            }
        }
        let client = try EgressClient.local()
        for _ in 1...2 {
            let answer = try await client.collect(.get(server.origin))
            #expect(answer.text == "GET / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nUser-Agent: Keyway\r\n\r\n")
            #expect(
                answer.head.headers.filter { $0.name == "WWW-Authenticate" }.map(\.value)
                    == ["Basic realm=\"x\"", "Negotiate"]
            )
        }
        #expect(server.connections == 1)
    }
}

/// In a process of its own, whose environment it changes.
@Suite("The environment", .timeLimit(.minutes(10)))
struct EnvironmentTests {
    @Test("names no proxy, no file of passwords and no certificates")
    func proxies() async {
        await #expect(processExitsWith: .success) {
            let proxy = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy")
            let server = try LoopbackServer { peer in
                while let request = try peer.request() {
                    let status = request.lowercased().contains("authorization") ? 500 : 200
                    try peer.send("HTTP/1.1 \(status) OK\r\nContent-Length: 2\r\n\r\nok")
                }
            }
            for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
                setenv(name, proxy.origin, 1)
            }
            let home = FileManager.default.temporaryDirectory.appendingPathComponent("netrc-\(getpid())")
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: home) }
            try Data("machine 127.0.0.1 login a password b".utf8).write(to: home.appendingPathComponent(".netrc"))
            setenv("HOME", home.path, 1)
            let answer = try await EgressClient.local().collect(.get(server.origin))
            guard answer.text == "ok", answer.head.status == 200, proxy.connections == 0 else { exit(1) }
        }
    }
}
