import Documents
import HTTPServer
import KeywayServer
import NetworkTypes
import Testing

@Suite("A request that no endpoint takes")
struct RoutingTests {
    @Test(
        "is a 404 where there is no such path",
        arguments: [
            "/", "/api", "/api/v2/actions", "/api/v2/actions/connections/", "/api/v2/actions/connections/a/b",
            "/API/v2/actions/connections", "/api/v2/actions/app_key_registrations/",
        ]
    )
    func unknownPath(_ path: String) async throws {
        let fixture = try await Fixture()
        expectErrors(in: try await fixture.send(.get, path, as: fixture.admin), status: 404, sources: [nil])
    }

    @Test(
        "is a 405 that names the methods where the path has others",
        arguments: [
            (HTTPMethod.put, "/api/v2/actions/connections", "GET, HEAD, POST"),
            (.post, "/api/v2/actions/connections/x", "DELETE, GET, HEAD, PATCH"),
            (.post, "/api/v2/actions/app_key_registrations", "GET, HEAD"),
            (.patch, "/api/v2/actions/app_key_registrations/x", "DELETE, GET, HEAD, PUT"),
            (.options, "/api/v2/actions/connections", "GET, HEAD, POST"),
            (.other("TRACE"), "/healthz", "GET, HEAD"),
            (.other("get"), "/healthz", "GET, HEAD"),
        ]
    )
    func wrongMethod(_ method: HTTPMethod, _ path: String, _ allow: String) async throws {
        let fixture = try await Fixture()
        let answer = try await fixture.send(method, path, as: fixture.admin)
        expectErrors(in: answer, status: 405, sources: [nil])
        #expect(answer.header("Allow") == allow)
    }

    @Test("with a refusal of the engine's own is answered in the same shape", arguments: Refusal.allCases)
    func refusal(_ refusal: Refusal) async throws {
        let fixture = try await Fixture()
        let answer = Answer(fixture.service.refuse(refusal, to: .unspecified))
        #expect(answer.status == refusal.status)
        #expect(answer["/errors/0/detail"]?.text?.string == refusal.detail)
        #expect(answer["/errors/0/status"]?.text?.string == String(refusal.status))
        #expect(answer.requestID?.isEmpty == false)
    }
}

@Suite("What a request has beside what is asked for")
struct TolerantReadingTests {
    @Test(
        "does no harm",
        arguments: [
            (HTTPMethod.get, "ID?unknown=1&page[size]=nonsense", nil as String?, 200),
            (.get, "ID", "{ not JSON", 200),
            (.head, "ID", nil, 200),
            (.delete, "ID", "{ not JSON", 204),
            (.patch, "ID?x=%zz", Bodies.rename("New"), 200),
        ]
    )
    func harmless(_ method: HTTPMethod, _ target: String, _ body: String?, _ status: Int) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let target = Paths.connections + "/" + id + target.dropFirst(2)
        #expect(try await fixture.send(method, target, as: fixture.admin, body: body).status == status)
    }

    @Test("an id in upper case names the same connection, which answers in lower case")
    func upperCase() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let answer = try await fixture.send(.get, Paths.connection(id.uppercased()), as: fixture.admin)
        #expect(answer.status == 200)
        #expect(answer.id == id)
    }

    @Test(
        "an id that is none is refused, however it is written",
        arguments: [
            String(repeating: "a", count: 8000), "0", "%20", "00000000-0000-7000-8000-00000000000",
            "00000000-0000-7000-8000-0000000000000", "00000000000070008000000000000000",
            "%7B00000000-0000-7000-8000-000000000000%7D", "00000000-0000-7000-8000-00000000000%D9%A0",
            "00000000%2D0000-7000-8000-00000000000g",
        ]
    )
    func malformedID(_ id: String) async throws {
        let fixture = try await Fixture()
        let answer = try await fixture.send(.get, Paths.connection(id), as: fixture.admin)
        expectErrors(in: answer, status: 400, sources: ["parameter connection_id"])
        #expect(answer.body.count < 300)
    }

    @Test(
        "a coding of the body is refused unless it is none",
        arguments: [
            ("gzip", 400), ("identity, gzip", 400), ("br", 400), ("identity", 201), ("Identity", 201),
        ]
    )
    func contentEncoding(_ coding: String, _ status: Int) async throws {
        let fixture = try await Fixture()
        let answer = try await fixture.send(
            .post,
            Paths.connections,
            as: fixture.admin,
            body: Bodies.openAI(),
            headers: [("Content-Encoding", coding)]
        )
        #expect(answer.status == status)
        if status == 400 { #expect(answer.sources == ["header Content-Encoding"]) }
    }

    @Test(
        "a secret in a body that is refused is not quoted",
        arguments: [
            #"{"data":{"type":"action_connection","attributes":{"name":"x","integration":{"type":"MARKER"}}}}"#,
            #"{"data":{"type":"MARKER"}}"#, #"MARKER"#, #"{"data":"MARKER"}"#,
            #"{"data":{"id":"MARKER"},"x":"MARKER"}"#,
            #"{"data":{"type":"action_connection","attributes":{"name":["MARKER"],"secret":{"a":"MARKER"}}}}"#,
            #"{"data":1,"data":"MARKER"}"#,
        ]
    )
    func notQuoted(_ body: String) async throws {
        let fixture = try await Fixture()
        let body = body.replacingMarker()
        let answer = try await fixture.send(.post, Paths.connections, body: body)
        expectErrors(in: answer, status: 400)
        #expect(!answer.text.contains(Bodies.marker))
        #expect(!fixture.logLines().contains { $0.contains(Bodies.marker) })
    }
}

extension String {
    fileprivate func replacingMarker() -> String {
        split(separator: "MARKER", omittingEmptySubsequences: false).joined(separator: Bodies.marker)
    }
}
