import Documents
import HTTPServer
import SQLiteStorage
import Storage
import Testing

@Suite("A connection that could never be acted with")
struct UsabilityTests {
    private static let header = #"[{"name":"X-Key","value":"{{ nobody }}"}]"#

    @Test(
        "is refused when it is created, with what is to blame",
        arguments: [
            (Bodies.openAI(token: #"line\n"#), "/credentials/api_token"),
            (Bodies.openAI(token: #"\u0001"#), "/credentials/api_token"),
            (Bodies.http(["headers": header]), "/credentials/headers/0/value"),
            (Bodies.http(["url_parameters": header]), "/credentials/url_parameters/0/value"),
            (Bodies.http(["body": #"{"content":"{{ nobody }}"}"#]), "/credentials/body/content"),
            (
                Bodies.http(["headers": #"[{"name":"A","value":""},{"name":"Host","value":"a"}]"#]),
                "/credentials/headers/1/name"
            ),
            (
                Bodies.http([
                    "headers": #"[{"name":"A","value":"{{ b }}"}]"#,
                    "tokens": "[\(Bodies.token("a", "x")),\(Bodies.token("b", #"x\r\nB: c"#))]",
                ]), "/credentials/tokens/1/value"
            ),
            (
                Bodies.connection(
                    type: "Okta",
                    credentials: #""type":"OktaAPIToken","api_token":"\#(Bodies.marker)","domain":"acme""#
                ), "/credentials/domain"
            ),
            (
                Bodies.connection(
                    type: "ServiceNow",
                    credentials:
                        #""type":"ServiceNowBasicAuth","instance":"acme","username":"a:b","password":"\#(Bodies.marker)""#
                ), "/credentials/username"
            ),
            (
                Bodies.connection(
                    type: "ServiceNow",
                    credentials:
                        #""type":"ServiceNowBasicAuth","instance":"acme","username":"a","password":"\#(Bodies.marker)\n""#
                ), "/credentials/password"
            ),
            (
                Bodies.connection(
                    type: "GCP",
                    credentials:
                        #""type":"GCPServiceAccount","private_key":"\#(Bodies.marker)","service_account_email":"a@b""#
                ), "/credentials/private_key"
            ),
        ]
    )
    func creation(_ body: String, _ place: String) async throws {
        let fixture = try await Fixture()
        let answer = try await fixture.send(.post, Paths.connections, body: body)
        expectErrors(in: answer, status: 400)
        #expect(answer["/errors/0/source/pointer"]?.text?.string == "/data/attributes/integration" + place)
        #expect(answer["/errors/1"] == nil)
        #expect(!answer.text.contains(Bodies.marker))
        #expect(try fixture.events().allSatisfy { $0["action"] != "connection.create" })
    }

    @Test(
        "is told from one that can",
        arguments: [
            Bodies.openAI(token: " blanks\t"),
            Bodies.http([
                "tokens": "[\(Bodies.token("a", #"x\n"#))]", "url_parameters": #"[{"name":"a","value":"{{ a }}"}]"#,
            ]),
            Bodies.connection(
                type: "Okta",
                credentials: #""type":"OktaAPIToken","api_token":"\#(Bodies.marker)","domain":"id.example.com""#
            ),
            Bodies.connection(
                type: "ServiceNow",
                credentials:
                    #""type":"ServiceNowBasicAuth","instance":"acme","username":"a","password":"\#(Bodies.marker):""#
            ),
        ].map { $0.replacing("\t", with: #"\t"#) }
    )
    func usable(_ body: String) async throws {
        let fixture = try await Fixture()
        #expect(try await fixture.send(.post, Paths.connections, body: body).status == 201)
    }

    @Test("is not made by an update")
    func update() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(
            Bodies.http(["headers": #"[{"name":"A","value":""},{"name":"B","value":""}]"#])
        )
        let body = Bodies.http(baseURL: nil, ["headers": #"[{"name":"B","value":"{{ nobody }}"}]"#])
        let answer = try await fixture.send(.patch, Paths.connection(id), body: body)
        expectErrors(in: answer, status: 400)
        // The place in this body: the stored list has another order.
        let pointer = "/data/attributes/integration/credentials/headers/0/value"
        #expect(answer["/errors/0/source/pointer"]?.text?.string == pointer)
    }

    @Test("is still read, changed elsewhere and mended, if it was stored before that was looked at")
    func storedBefore() async throws {
        let fixture = try await Fixture()
        let headers = #"[{"name":"X-Key","value":"{{ somebody }}"}]"#
        let id = try await fixture.create(
            Bodies.http(["headers": headers, "tokens": "[\(Bodies.token("somebody", "x"))]"])
        )
        let identifier = try #require(Identifier(id))
        let stored = try #require(try fixture.sqlite.stored(.connection, identifier, in: fixture.organization))
        let text = String(decoding: stored.record.document, as: UTF8.self)
        let record = DocumentRecord(
            kind: .connection,
            id: identifier,
            organization: fixture.organization,
            owner: stored.record.owner,
            name: stored.record.name,
            category: stored.record.category,
            document: Array(text.replacing("{{ somebody }}", with: "{{ nobody }}").utf8),
            documentVersion: 1
        )
        let sealed = try fixture.sqlite.sealedSecrets(of: .connection, identifier, in: fixture.organization)?.sealed
        let change = Change([.updateDocument(record, expecting: stored.revision, sealed: sealed)], event: nil)
        #expect(try await fixture.sqlite.commit(change) == .committed)

        #expect(try await fixture.send(.get, Paths.connection(id), as: fixture.admin).status == 200)
        #expect(try await fixture.send(.get, Paths.act(id, "/"), as: fixture.admin).keywayError == "not_configured")
        #expect(try await fixture.send(.patch, Paths.connection(id), body: Bodies.rename("New")).status == 200)
        let same = Bodies.http(baseURL: nil, ["headers": Self.header])
        #expect(try await fixture.send(.patch, Paths.connection(id), body: same).status == 200)
        let rate = Bodies.settings(#""rate":7"#)
        #expect(try await fixture.send(.put, Paths.settings(id), body: rate).status == 200)
        let worse = Bodies.http(baseURL: nil, ["headers": #"[{"name":"X-Key","value":"{{ other }}"}]"#])
        expectErrors(in: try await fixture.send(.patch, Paths.connection(id), body: worse), status: 400)
        let mended = Bodies.http(baseURL: nil, ["headers": headers])
        #expect(try await fixture.send(.patch, Paths.connection(id), body: mended).status == 200)
    }
}
