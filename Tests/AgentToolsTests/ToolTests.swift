import Access
import ActService
import AgentTools
import Documents
import HTTPServer
import NetworkTypes
import Testing
import UpstreamTesting

@Suite("The tools for agents")
struct ToolTests {
    private static let rules = #"""
        "rules":[{"name":"read the stock","methods":["GET"],"paths":["/stock/**"]},
        {"name":"order","methods":["POST"],"paths":["/orders"],"body":[{"pointer":"/count","values":[1,2]}]}]
        """#

    @Test("are five, each with a schema of an object, and with true annotations")
    func listed() async throws {
        let answer = try await AgentFixture().ask("tools/list")
        guard case .array(let tools)? = answer.result?["tools"] else { throw Missing() }
        #expect(
            tools.compactMap { $0["name"]?.text?.string } == [
                "list_connections", "describe_connection", "preview_act", "act", "test_connection",
            ]
        )
        for tool in tools {
            #expect(tool["inputSchema"]?["type"] == "object")
            #expect(tool["inputSchema"]?["additionalProperties"] == false)
            // What a third party sends could break it.
            #expect(tool["outputSchema"] == nil)
            let isAct = tool["name"] == "act"
            #expect(tool["annotations"]?["readOnlyHint"] == .boolean(!isAct))
            #expect(tool["annotations"]?["destructiveHint"] == .boolean(isAct))
        }
    }

    @Test("of one connection's address need no id, and list no others")
    func fixed() async throws {
        let fixture = try AgentFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url)
        let other = try await fixture.connect(to: upstream.url)
        let answer = await fixture.ask("tools/list", to: id)
        let text = String(decoding: JSONWriter.bytes(of: answer.json), as: UTF8.self)
        #expect(!text.contains("connection_id"))
        #expect(!text.contains("list_connections\""))
        #expect(await fixture.call("act", #""method":"GET","path":"/""#, to: id).data["status"] == 200)
        let wrong = #""connection_id":"\#(other)","method":"GET","path":"/""#
        #expect(await fixture.call("act", wrong, to: id).isError)
        #expect(upstream.received.count == 1)
    }

    @Test("that do not exist are an error of the message")
    func unknown() async throws {
        let answer = try await AgentFixture().call("delete_everything", "")
        #expect(answer.status == 400)
        #expect(answer.code == -32_602)
    }

    @Test(
        "name all that is wrong with their arguments, and do nothing",
        arguments: [
            ("act", #""path":"/""#, ["method is required", "connection_id is required"]),
            ("act", #""connection_id":"x","method":"GET","path":"http://a/""#, ["must be the id", "give no URL"]),
            ("act", #""connection_id":1,"method":"GET","path":"/","colour":"red""#, ["must be a string", "not known"]),
            ("act", #""method":"GET","path":"/?a=1","query":{"b":2}"#, ["give one of them"]),
            ("act", #""method":"GET","path":"/","json":1,"text":"a""#, ["give one"]),
            ("act", #""method":"GET","path":"/","base64":"%""#, ["base64"]),
            ("act", #""method":"GET","path":"/","headers":{"a b":"c"}"#, ["no header can have"]),
            ("act", #""method":"GET","path":"/","headers":{"a":"b\r\nc: d"}"#, ["control characters"]),
            ("act", #""method":"GET","path":"/","headers":{"Accept-Encoding":"gzip"}"#, ["not yours"]),
            ("act", #""method":"GET","path":"/","headers":{"X-Key":"kwa_1"}"#, ["act token"]),
            ("act", #""method":"GET","path":"/","response_bytes":0"#, ["from 1 to 65536"]),
            ("act", #""cursor":"a","method":"GET","path":"/""#, ["send cursor alone"]),
            ("preview_act", #""method":"GET","path":"/","response_bytes":1"#, ["not known"]),
            ("list_connections", #""path":"/""#, ["needs method"]),
            ("list_connections", #""limit":101"#, ["from 1 to 100"]),
            ("list_connections", #""cursor":"x""#, ["cursor"]),
        ]
    )
    func invalid(_ tool: String, _ arguments: String, _ words: [String]) async throws {
        let fixture = try AgentFixture()
        let answer = await fixture.call(tool, arguments)
        #expect(answer.status == 200)
        #expect(answer.isError)
        for word in words { #expect(answer.text.contains(word)) }
        #expect(fixture.store.events == 0)
    }

    @Test("list the connections that may be acted through, page by page")
    func pages() async throws {
        let fixture = try AgentFixture()
        var ids: [String] = []
        for number in 0..<5 {
            ids.append(try await fixture.connect(to: "http://127.0.0.1:1", named: "C\(number)").description)
        }
        try fixture.store.restrict(#require(Identifier(ids[2])), to: AgentFixture.ids.next())
        var found: [String] = []
        var cursor = ""
        for _ in 0..<4 {
            let answer = await fixture.call("list_connections", #""limit":2\#(cursor)"#)
            #expect(!answer.isError)
            guard case .array(let connections)? = answer.data["connections"] else { throw Missing() }
            found += connections.compactMap { $0["id"]?.text?.string }
            guard let next = answer.cursor else { break }
            cursor = #","cursor":"\#(next)""#
        }
        ids.remove(at: 2)
        #expect(found == ids)
    }

    @Test(
        "list what may be done",
        arguments: [
            (#""method":"GET""#, true), (#""method":"DELETE""#, false), (#""method":"get","path":"/stock/7""#, true),
            (#""method":"GET","path":"/orders""#, false), (#""query":"Wareh""#, true), (#""query":"None""#, false),
        ]
    )
    func filtered(_ arguments: String, _ isFound: Bool) async throws {
        let fixture = try AgentFixture()
        _ = try await fixture.connect(to: "http://127.0.0.1:1", named: "Warehouse", settings: Self.rules)
        let answer = await fixture.call("list_connections", arguments)
        #expect(answer.text.contains("Warehouse") == isFound)
        #expect(fixture.store.events == 0)
    }

    @Test("list an act token's own connections, though the credential that made it may not list")
    func listedByToken() async throws {
        let fixture = try AgentFixture()
        let mine = try await fixture.connect(to: "http://127.0.0.1:1", named: "Mine")
        _ = try await fixture.connect(to: "http://127.0.0.1:1", named: "Other")
        let answer = await fixture.call(
            "list_connections",
            "",
            as: fixture.actor(limitedTo: .init(connections: [mine], methods: ["GET"]))
        )
        #expect(answer.text.contains("Mine"))
        #expect(!answer.text.contains("Other"))
        let resolver = try AgentFixture.actor(
            "resolver",
            in: fixture.admin.principal.organization,
            scopes: ["connections_resolve"]
        )
        #expect(await fixture.call("list_connections", "", as: resolver).isError)
    }

    @Test("describe a connection: where, what, how often, and its vendor's reference")
    func described() async throws {
        let fixture = try AgentFixture()
        let id = try await fixture.connect(to: "http://127.0.0.1:1/v1", settings: Self.rules + #","rate":5"#)
        let answer = await fixture.call("describe_connection", #""connection_id":"\#(id)""#)
        #expect(answer.data["base_url"] == "http://127.0.0.1:1/v1")
        #expect(answer.data["limits"]?["acts_per_second"] == 5)
        #expect(
            answer.data["allows"] == [
                "read the stock: GET on /stock/**",
                "order: POST on /orders, if in the JSON body /count is 1 or 2",
            ]
        )
        #expect(!answer.text.contains(AgentFixture.marker))
    }

    @Test("tell of rules that deny, in their order")
    func denied() async throws {
        let fixture = try AgentFixture()
        let never = #"{"name":"no orders","effect":"deny","methods":["POST"],"paths":["/orders"]}"#
        let id = try await fixture.connect(
            to: "http://127.0.0.1:1",
            settings: #""rules":[\#(never),{"name":"all","paths":["/**"]}]"#
        )
        let described = await fixture.call("describe_connection", #""connection_id":"\#(id)""#)
        #expect(
            described.data["allows"] == [
                "no orders: never POST on /orders, however it is spelled", "all: any method on /**",
            ]
        )
        let arguments = #""connection_id":"\#(id)","method":"POST","path":"/%6Frders""#
        for tool in ["preview_act", "act"] {
            let refused = await fixture.call(tool, arguments)
            #expect(refused.isError)
            #expect(refused.text.contains("no orders: never POST on /orders, however it is spelled"))
        }
        let allowed = await fixture.call("preview_act", #""connection_id":"\#(id)","method":"GET","path":"/""#)
        #expect(allowed.data["rule"] == "all")
    }

    @Test("preview a request with its secrets masked, and send nothing")
    func previewed() async throws {
        let fixture = try AgentFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url)
        let answer = await fixture.call(
            "preview_act",
            #""connection_id":"\#(id)","method":"post","path":"/a","query":{"q":["ä",1,true]},"json":{"b":1}"#
        )
        #expect(answer.data["allowed"] == true)
        #expect(answer.data["method"] == "POST")
        #expect(answer.data["url"]?.text?.string == upstream.url + "/a?q=%C3%A4&q=1&q=true")
        #expect(answer.data["body_bytes"] == 7)
        #expect(!answer.text.contains(AgentFixture.marker))
        #expect(upstream.received.isEmpty)
        #expect(fixture.store.events == 0)
    }

    @Test(
        "say what is allowed where rules refuse something, of a preview and of an act",
        arguments: ["preview_act", "act"]
    )
    func refused(_ tool: String) async throws {
        let fixture = try AgentFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url, settings: Self.rules)
        let answer = await fixture.call(tool, #""connection_id":"\#(id)","method":"DELETE","path":"/stock/7""#)
        #expect(answer.isError)
        #expect(answer.text.contains("read the stock: GET on /stock/**"))
        #expect(upstream.received.isEmpty)
        #expect(fixture.store.events == 0)
    }

    @Test("say what an act token allows where it refuses something")
    func refusedByToken() async throws {
        let fixture = try AgentFixture()
        let id = try await fixture.connect(to: "http://127.0.0.1:1")
        let other = try await fixture.connect(to: "http://127.0.0.1:1")
        let actor = fixture.actor(limitedTo: .init(connections: [id], methods: ["GET"], paths: ["/a/*"]))
        let method = await fixture.call("act", #""connection_id":"\#(id)","method":"POST","path":"/a/b""#, as: actor)
        #expect(method.text.contains("The act token allows GET on /a/*."))
        let wrong = await fixture.call("act", #""connection_id":"\#(other)","method":"GET","path":"/a/b""#, as: actor)
        #expect(wrong.text.contains("It is for \(id)."))
    }

    @Test("act with a body of JSON, of text, and of any bytes")
    func bodies() async throws {
        let fixture = try AgentFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url)
        for body in [#""json":{"a":[1,"b"]}"#, #""text":"hello""#, #""base64":"AAEC""#] {
            let answer = await fixture.call("act", #""connection_id":"\#(id)","method":"POST","path":"/",\#(body)"#)
            #expect(answer.data["status"] == 200)
            #expect(!answer.isError)
        }
        #expect(upstream.received.map(\.body) == [#"{"a":[1,"b"]}"#, "hello", "\u{0}\u{1}\u{2}"])
        #expect(
            upstream.received.map { $0["Content-Type"] } == [
                "application/json", "text/plain; charset=utf-8", "application/octet-stream",
            ]
        )
        #expect(upstream.received.allSatisfy { $0["Authorization"] == "Bearer \(AgentFixture.marker)" })
    }

    @Test("call a third party's refusal an error, with its status and text")
    func upstreamError() async throws {
        let fixture = try AgentFixture()
        let upstream = try RunningUpstream { _ in
            Response(
                status: 422,
                headers: [.init(name: "Content-Type", value: "application/json")],
                body: Array(#"{"message":"no such thing"}"#.utf8)
            )
        }
        let id = try await fixture.connect(to: upstream.url)
        let answer = await fixture.call("act", #""connection_id":"\#(id)","method":"GET","path":"/""#)
        #expect(answer.isError)
        #expect(answer.data["status"] == 422)
        #expect(answer.texts.last == #"{"message":"no such thing"}"#)
    }

    @Test("mask what a third party sends back of the secret, and turn links into paths")
    func masked() async throws {
        let fixture = try AgentFixture()
        let upstream = try RunningUpstream { request in
            let host = request.header("Host") ?? ""
            return Response(
                status: 200,
                headers: [
                    .init(name: "Content-Type", value: "text/plain"), .init(name: "X-Other", value: "hidden"),
                    .init(name: "Link", value: "<http://\(host)/next?page=2>; rel=\"next\""),
                ],
                body: Array("your key: \(request.header("Authorization") ?? "")".utf8)
            )
        }
        let id = try await fixture.connect(to: upstream.url)
        let answer = await fixture.call("act", #""connection_id":"\#(id)","method":"GET","path":"/""#)
        #expect(answer.texts.last == "your key: Bearer [keyway:redacted]")
        #expect(answer.data["headers"]?["link"] == "</next?page=2>; rel=\"next\"")
        #expect(answer.data["headers"]?["x-other"] == nil)
        let asked = await fixture.call(
            "act",
            #""connection_id":"\#(id)","method":"GET","path":"/","response_headers":["X-Other"]"#
        )
        #expect(asked.data["headers"]?["x-other"] == "hidden")
    }

    @Test("test a connection")
    func tested() async throws {
        let fixture = try AgentFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url, settings: #""probe_path":"/ok""#)
        let answer = await fixture.call("test_connection", #""connection_id":"\#(id)""#)
        #expect(answer.data["result"] == "valid")
        #expect(upstream.received.map(\.target) == ["/ok"])
    }

    @Test("test a connection as far as an act token allows")
    func testedByToken() async throws {
        let fixture = try AgentFixture()
        let upstream = try RunningUpstream()
        let id = try await fixture.connect(to: upstream.url, settings: #""probe_path":"/ok""#)
        for (methods, paths, isAllowed) in [
            (["GET"], ["/ok"], true), (["POST"], nil, false), (nil, ["/stock/**"], false),
        ] as [([String]?, [String]?, Bool)] {
            let actor = fixture.actor(limitedTo: .init(connections: [id], methods: methods, paths: paths))
            let answer = await fixture.call("test_connection", #""connection_id":"\#(id)""#, as: actor)
            #expect(answer.isError == !isAllowed)
            #expect(answer.text.contains("The act token allows") == !isAllowed)
        }
        #expect(upstream.received.map(\.target) == ["/ok"])
    }

    private struct Missing: Error {}
}
