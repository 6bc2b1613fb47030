import Acting
import Testing

@Suite("The body of an act", .timeLimit(.minutes(10)))
struct RuleBodyTests {
    private static let json = [("Content-Type", "application/json")]

    private func mismatches(
        _ body: String,
        _ conditions: String,
        headers: [(String, String)] = json
    ) throws -> [RuleMismatch] {
        let rules = try RuleSample.rules(#"[{"name":"a","paths":["/**"],"body":\#(conditions)}]"#)
        return rules.judge(RuleSample.act("POST", "/", headers: headers, body: body)).mismatches
    }

    @Test(
        "has every member that a rule asks for, with one of its values",
        arguments: [
            (#"{"a":"x","b":1}"#, []), (#"{"b":1.0,"a":"y","c":[]}"#, []), (#"{"a":"z","b":1}"#, ["/a"]),
            (#"{"a":"x"}"#, ["/b"]), (#"{"a":"x","b":"1"}"#, ["/b"]), (#"{"a":["x"],"b":1}"#, ["/a"]),
            (#"{"a":"X","b":2}"#, ["/a", "/b"]), ("[]", ["/a", "/b"]), (#""x""#, ["/a", "/b"]), ("{}", ["/a", "/b"]),
            (#"{"\u0061":"\u0078","b":1}"#, []),
        ]
    )
    func conditions(_ body: String, missing: [String]) throws {
        let conditions = #"[{"pointer":"/a","values":["x","y"]},{"pointer":"/b","values":[1]}]"#
        #expect(try mismatches(body, conditions) == missing.map { .bodyField($0) })
    }

    @Test(
        "is compared by scalars",
        arguments: [
            ("1", "1", true), ("1.0", "1", true), ("1", "1.0", true), ("1e0", "1", true), ("1.5", "1.5", true),
            ("9007199254740993", "9007199254740992.0", false), ("true", "true", true), ("true", "1", false),
            ("null", "null", true), ("null", "false", false), (#""""#, #""""#, true), (#""1""#, "1", false),
            (#""e\u0301""#, #""\u00e9""#, false), ("{}", #""""#, false), ("[1]", "1", false),
        ]
    )
    func scalars(_ sent: String, _ value: String, isSame: Bool) throws {
        let mismatches = try mismatches(#"{"a":\#(sent)}"#, #"[{"pointer":"/a","values":["other",\#(value)]}]"#)
        #expect(mismatches == (isSame ? [] : [.bodyField("/a")]))
    }

    @Test(
        "is followed by names and indices",
        arguments: [
            ("/a/b", #"{"a":{"b":"x"}}"#, true), ("/a/0", #"{"a":["x"]}"#, true), ("/a/1", #"{"a":["x"]}"#, false),
            ("/a/00", #"{"a":["x"]}"#, false), ("/a/-", #"{"a":["x"]}"#, false), ("/a/+0", #"{"a":["x"]}"#, false),
            ("/a~1b/m~0n", #"{"a/b":{"m~n":"x"}}"#, true), ("/", #"{"":"x"}"#, true), ("/0", #"{"0":"x"}"#, true),
            ("/a", #"{"A":"x"}"#, false), ("/a/b", #"{"a":"x"}"#, false),
        ]
    )
    func pointers(_ pointer: String, _ body: String, isMet: Bool) throws {
        let mismatches = try mismatches(body, #"[{"pointer":"\#(pointer)","values":["x"]}]"#)
        #expect(mismatches == (isMet ? [] : [.bodyField(pointer)]))
    }

    @Test(
        "says one thing to every server: no other member's name differs in case alone",
        arguments: [
            #"{"model":"x","Model":"y"}"#, #"{"MODEL":"y","model":"x"}"#, #"{"model":"x","mod\u0065L":"y"}"#,
        ]
    )
    func names(_ body: String) throws {
        #expect(try mismatches(body, #"[{"pointer":"/model","values":["x"]}]"#) == [.bodyField("/model")])
        let inner = #"{"k\u212a":1,"outer":\#(body)}"#
        #expect(try mismatches(inner, #"[{"pointer":"/outer/model","values":["x"]}]"#) == [.bodyField("/outer/model")])
        #expect(
            try mismatches(#"{"task":"x","ta\u017fk":"y"}"#, #"[{"pointer":"/task","values":["x"]}]"#)
                == [.bodyField("/task")]
        )
    }

    @Test(
        "is JSON without doubt",
        arguments: [
            "", "x", "{", #"{"a":"x","a":"x"}"#, #"{"a":"y","\u0061":"x"}"#, #"{"a":"x"} {"a":"y"}"#, "a=x",
            "\u{FEFF}{\"a\":\"x\"}", #"{"a":"x\u0000"}"#, "{\"a\":\"x\"}\0", #"{'a':'x'}"#, #"{"a":"x",}"#,
            "/**/{\"a\":\"x\"}",
        ]
    )
    func malformed(_ body: String) throws {
        #expect(try mismatches(body, #"[{"pointer":"/a","values":["x"]}]"#) == [.body])
    }

    static let headers: [(fields: [(String, String)], isGood: Bool)] = [
        ([("content-type", "Application/JSON ; charset=UTF-8")], true),
        ([("Content-Type", "application/vnd.api+json")], true),
        ([("Content-Type", "application/json"), ("Content-Encoding", "identity")], true),
        ([], false),
        ([("Content-Type", "application/x-www-form-urlencoded")], false),
        ([("Content-Type", "text/plain")], false),
        ([("Content-Type", "application/json; charset=utf-7")], false),
        ([("Content-Type", "application/json; charset=utf-8; charset=utf-16")], false),
        ([("Content-Type", "application/json, text/plain")], false),
        ([("Content-Type", "application/json"), ("Content-Type", "text/plain")], false),
        ([("Content-Type", "application/json"), ("content-encoding", "gzip")], false),
        ([("Content-Type", "application/json"), ("Content-Encoding", "identity"), ("Content-Encoding", "br")], false),
        ([("Content-Type", "application/json"), ("Content_Type", "text/plain")], false),
        ([("Content-Type", "application/json"), ("CONTENT_TYPE", "application/json")], false),
        ([("Content-Type", "application/json"), ("content.type", "text/plain")], false),
        ([("Content-Type", "application/json"), ("Content-Type_", "text/plain")], false),
        ([("Content-Type", "application/json"), ("Content_Encoding", "gzip")], false),
        ([("Content_Type", "application/json")], true),
        ([("Content-Type", "application/merge-patch+json")], true),
        ([("Content-Type", "application/scim+json;charset=utf-8")], true),
        ([("Content-Type", "application/x-www-form-urlencoded+json")], false),
        ([("Content-Type", "application/vnd.example+json")], false),
        ([("Content-Type", "application/+json")], false),
        ([("Content-Type", "text/json")], false),
    ]

    @Test("is called JSON, in UTF-8 and not compressed", arguments: headers.indices)
    func mediaTypes(_ index: Int) throws {
        let (fields, isGood) = Self.headers[index]
        let mismatches = try mismatches(#"{"a":"x"}"#, #"[{"pointer":"/a","values":["x"]}]"#, headers: fields)
        #expect(mismatches == (isGood ? [] : [.body]))
    }
}
