import AgentTools
import Documents
import Testing

@Suite("A message of MCP")
struct MessageTests {
    @Test(
        "that is malformed is refused with its place",
        arguments: [
            ("", -32_700, "empty"),
            ("{", -32_700, "line 1"),
            ("{\"jsonrpc\":\"2.0\",\"jsonrpc\":\"2.0\"}", -32_700, "duplicate member"),
            (String(repeating: "[", count: 65), -32_700, "nested deeper"),
            ("[]", -32_600, "batch"),
            ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32_600, "batch"),
            ("1", -32_600, "object"),
            ("{\"id\":1,\"method\":\"ping\"}", -32_600, "/jsonrpc"),
            ("{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}", -32_600, "/jsonrpc"),
            ("{\"jsonrpc\":\"2.0\",\"id\":1}", -32_600, "/method"),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", -32_600, "/method"),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", -32_600, "response"),
            ("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", -32_600, "/id"),
            ("{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}", -32_600, "/id"),
            ("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", -32_600, "/id"),
            ("{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"ping\"}", -32_600, "/id"),
            ("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", -32_600, "/id"),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}", -32_602, "/params"),
            ("{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{}}", -32_600, "/id is missing"),
        ]
    )
    func malformed(_ body: String, _ code: Int, _ place: String) async throws {
        let answer = try await AgentFixture().send(body)
        #expect(answer.status == 400)
        #expect(answer.code == Int64(code))
        #expect(answer.message.contains(place))
        #expect(answer.json["jsonrpc"] == "2.0")
        #expect(answer.result == nil)
    }

    @Test(
        "has its own id in the response, of either kind",
        arguments: ["0", "-7", "9007199254740993", "\"\"", "\"a b\""]
    )
    func ids(_ id: String) async throws {
        let answer = try await AgentFixture().send(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#)
        #expect(answer.status == 200)
        #expect(answer.json["id"].map { String(decoding: JSONWriter.bytes(of: $0), as: UTF8.self) } == id)
    }

    @Test("has an id of 1,024 bytes at most")
    func longID() async throws {
        let fixture = try AgentFixture()
        for (count, isTaken) in [(1_024, true), (1_025, false)] {
            let id = String(repeating: "x", count: count)
            let answer = await fixture.send(#"{"jsonrpc":"2.0","id":"\#(id)","method":"ping"}"#)
            #expect((answer.status == 200) == isTaken)
        }
    }

    @Test("that is a notification gets 202 and nothing else")
    func notification() async throws {
        let answer = try await AgentFixture().send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        #expect(answer.status == 202)
        #expect(answer.json == .null)
    }

    @Test(
        "is JSON, and takes JSON",
        arguments: [
            ([("Content-Type", "text/plain")], 415), ([], 415),
            ([("Content-Type", "application/json"), ("Content-Type", "application/json")], 415),
            ([("Content-Type", "application/json; charset=utf-16")], 415),
            ([("Content-Type", "application/json"), ("Content-Encoding", "gzip")], 415),
            ([("Content-Type", "application/json"), ("Accept", "text/html")], 406),
            (
                [
                    ("Content-Type", "Application/JSON; charset=UTF-8"),
                    ("Accept", "text/event-stream, application/json"),
                ], 200
            ),
            ([("Content-Type", "application/json"), ("Accept", "*/*;q=0.1")], 200),
        ] as [([(String, String)], Int)]
    )
    func mediaTypes(_ headers: [(String, String)], _ status: Int) async throws {
        let answer = try await AgentFixture().send(
            #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            headers: headers.map { (name: $0.0, value: $0.1) }
        )
        #expect(answer.status == status)
    }
}

@Suite("The versions of MCP")
struct VersionTests {
    @Test(
        "are agreed on by a handshake",
        arguments: [
            ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"),
            ("2025-11-25", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("1999-01-01", "2025-11-25"),
        ]
    )
    func handshake(_ asked: String, _ agreed: String) async throws {
        let answer = try await AgentFixture().send(
            #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"\#(asked)"}}"#
        )
        #expect(answer.result?["protocolVersion"]?.text?.string == agreed)
        #expect(answer.result?["serverInfo"]?["version"] == "1.2.3")
        #expect(answer.result?["capabilities"]?["tools"] != nil)
        #expect(answer.result?["resultType"] == nil)
    }

    @Test("without a handshake mark every result", arguments: ["server/discover", "tools/list", "resources/list"])
    func modern(_ method: String) async throws {
        let answer = try await AgentFixture().ask(method)
        #expect(answer.status == 200)
        #expect(answer.result?["resultType"] == "complete")
        #expect(answer.result?["ttlMs"]?.wholeNumber.map { $0 >= 0 } == true)
        #expect(answer.result?["cacheScope"] == "private")
        #expect(answer.result?["_meta"]?["io.modelcontextprotocol/serverInfo"]?["name"] == "keyway")
    }

    @Test(
        "without a handshake have headers that say what the body says",
        arguments: [
            ("MCP-Protocol-Version", nil), ("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Method", nil),
            ("Mcp-Method", "tools/list"), ("Mcp-Name", nil), ("Mcp-Name", "preview_act"),
            ("Mcp-Name", "=?base64?not base64?="),
        ] as [(String, String?)]
    )
    func mismatch(_ name: String, _ value: String?) async throws {
        var headers = [
            "Content-Type": "application/json", "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call",
            "Mcp-Name": "act",
        ]
        headers[name] = value
        let answer = try await AgentFixture().send(
            #"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"act",\#(AgentFixture.metadata)}}"#,
            headers: headers.map { (name: $0.key, value: $0.value) }
        )
        #expect(answer.status == 400)
        #expect(answer.code == -32_020)
        #expect(answer.json["id"] == 3)
        #expect(answer.message.contains(name))
    }

    @Test("without a handshake take a name in base64")
    func encodedName() async throws {
        let answer = try await AgentFixture().ask(
            "tools/call",
            #""name":"list_connections""#,
            naming: "=?base64?bGlzdF9jb25uZWN0aW9ucw==?="
        )
        #expect(answer.status == 200)
    }

    @Test("that are unknown are refused with those that are known")
    func unknown() async throws {
        let fixture = try AgentFixture()
        let metadata =
            #""_meta":{"io.modelcontextprotocol/protocolVersion":"2030-01-01","io.modelcontextprotocol/clientCapabilities":{}}"#
        let modern = await fixture.send(
            #"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{\#(metadata)}}"#,
            headers: [
                ("Content-Type", "application/json"), ("MCP-Protocol-Version", "2030-01-01"),
                ("Mcp-Method", "server/discover"),
            ]
        )
        #expect(modern.status == 400)
        #expect(modern.code == -32_022)
        #expect(modern.json["error"]?["data"]?["supported"] == ["2026-07-28"])
        let other = await fixture.send(
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
            headers: [("Content-Type", "application/json"), ("MCP-Protocol-Version", "2030-01-01")]
        )
        #expect(other.status == 400)
        #expect(other.code == -32_022)
    }

    @Test("have their own methods, and no others")
    func methods() async throws {
        let fixture = try AgentFixture()
        for method in ["initialize", "ping", "logging/setLevel", "prompts/list"] {
            let answer = await fixture.ask(method, #""protocolVersion":"2026-07-28""#)
            #expect(answer.status == 404)
            #expect(answer.code == -32_601)
        }
        let answer = await fixture.send(#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#)
        #expect(answer.status == 200)
        #expect(answer.code == -32_601)
    }

    @Test("without a handshake need to be told what the client can do")
    func incomplete() async throws {
        let answer = try await AgentFixture().send(
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{}}}"#,
            headers: [
                ("Content-Type", "application/json"), ("MCP-Protocol-Version", "2026-07-28"),
                ("Mcp-Method", "tools/list"),
            ]
        )
        #expect(answer.status == 400)
        #expect(answer.code == -32_602)
    }
}
