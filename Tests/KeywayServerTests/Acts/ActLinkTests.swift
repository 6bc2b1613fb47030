import Documents
import HTTPServer
import KeywayServer
import NetworkTypes
import Testing
import TestSupport
import UpstreamTesting

@Suite("Links in the response to an act")
struct ActLinkTests {
    /// A service, a connection, and the upstream that it leads to, which ends with this.
    private struct Linked {
        let fixture: Fixture
        let upstream: RunningUpstream
        let id: String

        var proxy: String { "http://127.0.0.1:8480/api/v2/actions/connections/\(id)/proxy" }

        func act(
            _ method: HTTPMethod,
            _ path: String,
            headers: [(name: String, value: String)] = ActLinkTests.host
        ) async throws -> Answer {
            try await fixture.send(method, Paths.act(id, path), as: fixture.admin, headers: headers)
        }
    }

    private static let host = [(name: "Host", value: "127.0.0.1:8480")]

    private static func json(_ text: String, _ headers: [HeaderField] = []) -> Response {
        let type = HeaderField(name: "Content-Type", value: "application/json; charset=utf-8")
        return Response(status: 200, headers: [type] + headers, body: Array(text.utf8))
    }

    /// A connection of HTTP whose `next` and `links.next` are links, to an upstream below `/v1`.
    private static func acting(
        _ settings: String = #""link_members":["next","links.next"]"#,
        _ answer: @escaping @Sendable (_ origin: String) -> Response
    ) async throws -> Linked {
        let fixture = try await Fixture()
        let upstream = try RunningUpstream { answer("http://" + ($0.header("Host") ?? "")) }
        let id = try await fixture.create(Bodies.http(baseURL: upstream.url + "/v1"))
        let set = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(settings))
        try #require(set.status == 200, "\(set.text)")
        return Linked(fixture: fixture, upstream: upstream, id: id)
    }

    @Test("lead through the connection where they are declared, with the length of what is sent")
    func body() async throws {
        let linked = try await Self.acting { origin in
            Self.json(
                #"{"next":"\#(origin)/v1/a?page=2","self":"\#(origin)/v1/a","links":{"next":"https:\/\/evil.example\/"}}"#,
                [
                    .init(name: "ETag", value: "\"a\""), .init(name: "Content-MD5", value: "x"),
                    .init(name: "X-Amz-Checksum-Crc32", value: "x"),
                ]
            )
        }
        let answer = try await linked.act(.get, "/a")
        #expect(answer.json["next"]?.text?.string == linked.proxy + "/a?page=2")
        #expect(answer.json["self"]?.text?.string.hasPrefix("http://127.0.0.1:") == true)
        #expect(answer.json["links"]?["next"]?.text?.string == "https://evil.example/")
        #expect(answer.header("ETag") == "W/\"a\"")
        #expect(answer.header("Content-MD5") == nil)
        #expect(answer.header("X-Amz-Checksum-Crc32") == nil)
    }

    @Test("that are none leave a body as it is, with its tag and checksums")
    func unchanged() async throws {
        let headers: [HeaderField] = [.init(name: "ETag", value: "\"a\""), .init(name: "Content-MD5", value: "x")]
        let linked = try await Self.acting { _ in Self.json(#"{"next": "https://evil.example/v1/a"}"#, headers) }
        let answer = try await linked.act(.get, "/a")
        #expect(answer.text == #"{"next": "https://evil.example/v1/a"}"#)
        #expect(answer.header("ETag") == "\"a\"")
        #expect(answer.header("Content-MD5") == "x")
    }

    @Test("lead on in a body that streams")
    func streamed() async throws {
        let filling = String(repeating: "x", count: 200_000)
        let linked = try await Self.acting { origin in
            Self.json(#"{"filling":"\#(filling)","next":"\#(origin)/v1/a"}"#, [.init(name: "ETag", value: "\"a\"")])
        }
        let answer = try await linked.act(.get, "/a")
        #expect(answer.json["next"]?.text?.string == linked.proxy + "/a")
        #expect(answer.header("Transfer-Encoding") == "chunked")
        #expect(answer.header("ETag") == "W/\"a\"")
    }

    @Test("are masked first")
    func masked() async throws {
        let fixture = try await Fixture()
        let upstream = try RunningUpstream { request in
            Self.json(#"{"next":"http://\#(request.header("Host") ?? "")/v1/a?key=\#(Bodies.marker)"}"#)
        }
        let token = Bodies.token("key", Bodies.marker)
        let http = try await fixture.create(Bodies.http(baseURL: upstream.url + "/v1", ["tokens": "[\(token)]"]))
        _ = try await fixture.send(.put, Paths.settings(http), body: Bodies.settings(#""link_members":["next"]"#))
        let answer = try await fixture.send(.get, Paths.act(http, "/a"), as: fixture.admin, headers: Self.host)
        #expect(!answer.text.contains(Bodies.marker))
        #expect(answer.json["next"]?.text?.string.hasSuffix("/proxy/a?key=[keyway:redacted]") == true)
    }

    @Test("stay as they are if nobody knows the server's address, whatever a proxy's headers say")
    func unknownAddress() async throws {
        let linked = try await Self.acting { origin in
            Self.json(#"{"next":"\#(origin)/v1/a"}"#, [.init(name: "Link", value: "<\(origin)/v1/a>; rel=next")])
        }
        for host in [nil, "evil.example", "127.0.0.1:8481"] {
            let headers = [
                ("X-Forwarded-Host", "127.0.0.1:8480"), ("Forwarded", "host=127.0.0.1:8480"),
                ("X-Forwarded-Proto", "https"),
            ].map { (name: $0, value: $1) }
            let answer = try await linked.act(
                .get,
                "/a",
                headers: headers + (host.map { [(name: "Host", value: $0)] } ?? [])
            )
            #expect(answer.json["next"]?.text?.string == linked.upstream.url + "/v1/a")
            #expect(answer.header("Link") == "<\(linked.upstream.url)/v1/a>; rel=next")
        }
    }

    @Test(
        "lead through the connection in headers, relative ones too",
        arguments: ["Location", "Content-Location", "Operation-Location", "Azure-AsyncOperation", "LINK"]
    )
    func headers(_ name: String) async throws {
        for value in ["ORIGIN/v1/jobs/1?x=y", "/v1/jobs/1?x=y"] {
            let linked = try await Self.acting { origin in
                let link = value.replacing("ORIGIN", with: origin)
                return Response(
                    status: 201,
                    headers: [.init(name: name, value: name == "LINK" ? "<\(link)>; rel=\"next\"" : link)]
                )
            }
            let answer = try await linked.act(.post, "/jobs")
            let link = linked.proxy + "/jobs/1?x=y"
            #expect(answer.header(name) == (name == "LINK" ? "<\(link)>; rel=\"next\"" : link))
        }
    }

    @Test("of other media types, and partial ones, are left alone")
    func otherBodies() async throws {
        let cases: [(Int, String?)] = [(200, "text/plain"), (200, nil), (206, "application/json"), (200, "text/html")]
        for (status, type) in cases {
            let linked = try await Self.acting { origin in
                Response(
                    status: status,
                    headers: type.map { [.init(name: "Content-Type", value: $0)] } ?? [],
                    body: Array(#"{"next":"\#(origin)/v1/a"}"#.utf8)
                )
            }
            let answer = try await linked.act(.get, "/a")
            #expect(answer.text == #"{"next":"\#(linked.upstream.url)/v1/a"}"#)
        }
    }

    // MARK: Redirects

    @Test("that redirect elsewhere are errors that no client follows", arguments: [300, 301, 302, 303, 307, 308])
    func refused(_ status: Int) async throws {
        for location in [
            "https://elsewhere.example.com/?x=\(Bodies.marker)", "/v2/outside", "https:/odd", "mailto:a@b",
        ] {
            let acting = try await ActingFixture { _ in
                Response(status: status, headers: [.init(name: "Location", value: location)])
            }
            let below = #""base_url":"\#(acting.upstream.url)/v1","custom_domain":true"#
            _ = try await acting.fixture.send(.put, Paths.settings(acting.id), body: Bodies.settings(below))
            let answer = try await acting.act(headers: Self.host)
            #expect(answer.status == 502)
            #expect(answer.keywayError == "redirect_refused")
            #expect(answer.header("Location") == nil)
            #expect(
                answer.header("Keyway-Upstream-Location")
                    == location.replacing(Bodies.marker, with: "[keyway:redacted]")
            )
            #expect(acting.upstream.received.count == 1)
            let outcome = try #require(try acting.events().last)
            #expect(outcome["details"]?["error"] == "redirect_refused")
            #expect(outcome["details"]?["status"] == .integer(Int64(status)))
        }
    }

    @Test("that redirect below the base URL lead through the connection", arguments: [301, 302, 303, 307, 308])
    func inside(_ status: Int) async throws {
        for location in ["ORIGIN/v1/b?x=y", "/v1/b?x=y", "b?x=y", "//AUTHORITY/v1/b?x=y", "../v1/./b?x=y"] {
            let linked = try await Self.acting { origin in
                Response(
                    status: status,
                    headers: [
                        .init(
                            name: "Location",
                            value: location.replacing("ORIGIN", with: origin)
                                .replacing("AUTHORITY", with: origin.dropFirst("http://".count))
                        )
                    ]
                )
            }
            let answer = try await linked.act(.post, "/a")
            #expect(answer.status == status)
            #expect(answer.header("Location") == linked.proxy + "/b?x=y", "\(location)")
            #expect(answer.header("Keyway-Upstream-Location") == nil)
            #expect(linked.upstream.received.count == 1)
            // Without a known address, the path leads to this server.
            let other = try await linked.act(.get, "/a", headers: [])
            #expect(other.header("Location") == "/api/v2/actions/connections/\(linked.id)/proxy/b?x=y")
        }
    }

    @Test("that have status 304, or no Location, are passed on", arguments: [300, 302, 304, 308])
    func passedOn(_ status: Int) async throws {
        let acting = try await ActingFixture { _ in
            let headers: [HeaderField] =
                status == 304 ? [.init(name: "Location", value: "https://evil.example/")] : []
            return Response(status: status, headers: headers)
        }
        let answer = try await acting.act(headers: Self.host)
        #expect(answer.status == status)
        #expect(answer.keywayError == nil)
        #expect(answer.header("Location") == nil)
    }

    @Test("that redirect to an address that is not public are not followed, whatever the operator allows")
    func followedToPublicAlone() async throws {
        let other = try RunningUpstream()
        for (method, location) in [
            (HTTPMethod.get, other.url), (.head, other.url), (.get, "http://localhost:1/"),
            (.get, "http://169.254.169.254/latest/meta-data"), (.post, "https://elsewhere.example.com/"),
        ] {
            let acting = try await ActingFixture { _ in
                Response(status: 302, headers: [.init(name: "Location", value: location)])
            }
            try await acting.set(#""follow_redirects":true"#)
            let answer = try await acting.act(method, headers: Self.host)
            #expect(answer.status == 502)
            #expect(answer.keywayError == "redirect_refused")
            #expect(answer.header("Keyway-Upstream-Location") == location)
        }
        #expect(other.received.isEmpty)
    }

    /// A connection of OpenAI's that follows redirects, to an upstream that answers with one.
    private static func following(_ location: String) async throws -> Linked {
        let fixture = try await Fixture(egress: Fixture.followingEgress)
        let upstream = try RunningUpstream { _ in
            Response(status: 302, headers: [.init(name: "Location", value: location)])
        }
        let id = try await fixture.create(Bodies.openAI())
        let members = #""base_url":"\#(upstream.url)","custom_domain":true,"follow_redirects":true"#
        let set = try await fixture.send(.put, Paths.settings(id), body: Bodies.settings(members))
        try #require(set.status == 200, "\(set.text)")
        return Linked(fixture: fixture, upstream: upstream, id: id)
    }

    @Test(
        "that redirect are followed without credentials, and what comes is masked",
        arguments: [HTTPMethod.get, .head]
    )
    func followed(_ method: HTTPMethod) async throws {
        let store = try RunningUpstream(at: "127.0.0.2") { _ in
            Response(
                status: 200,
                headers: [.init(name: "Content-Type", value: "text/plain")],
                body: Array("a \(Bodies.marker) b".utf8)
            )
        }
        let linked = try await Self.following(store.url + "/object?X-Amz-Signature=1&key=\(Bodies.marker)")
        let answer = try await linked.act(
            method,
            "/file",
            headers: Self.host + [
                (name: "Accept", value: "*/*"), (name: "X-Api-Key", value: "mine"), (name: "User-Agent", value: "test"),
            ]
        )
        #expect(answer.status == 200)
        #expect(answer.text == (method == .head ? "" : "a [keyway:redacted] b"))
        let received = try #require(store.received.first)
        #expect(store.received.count == 1)
        #expect(received.method == method.name)
        #expect(received.target == "/object?X-Amz-Signature=1&key=[keyway:redacted]")
        let names = Set(received.headers.map { $0.name.lowercased() })
        #expect(names == ["host", "accept", "accept-encoding", "user-agent"])
        let outcome = try #require(try linked.fixture.events().last)
        #expect(outcome["details"]?["redirects"] == [.string(store.url)])
        #expect(outcome["details"]?["status"] == 200)
    }

    @Test("that redirect are followed five times")
    func hops() async throws {
        let store = try RunningUpstream(at: "127.0.0.2") { request in
            let number = Int(request.rawPath.dropFirst()) ?? 0
            return Response(status: 307, headers: [.init(name: "Location", value: "\(number + 1)")])
        }
        let linked = try await Self.following(store.url + "/1")
        let answer = try await linked.act(.get, "/")
        #expect(answer.keywayError == "redirect_refused")
        #expect(answer.header("Keyway-Upstream-Location") == "6")
        #expect(store.received.map(\.target) == ["/1", "/2", "/3", "/4", "/5"])
        let hops = Array(repeating: JSONValue.string(store.url), count: 5)
        #expect(try linked.fixture.events().last?["details"]?["redirects"] == .array(hops))
    }
}
