import Acting
import Documents
import Platform
import Testing

@Suite("A rule that denies", .timeLimit(.minutes(10)))
struct DenyingRuleTests {
    private func rules(_ parts: String, then others: String = #"{"name":"all","paths":["/**"]}"#) throws -> ActRules {
        try RuleSample.rules(#"[{"name":"never","effect":"deny",\#(parts)},\#(others)]"#)
    }

    private func isDenied(_ act: RuleSubject, by parts: String) throws -> Bool {
        try rules(parts).judge(act).denial != nil
    }

    @Test("decides before the rules behind it, and not before those in front of it")
    func order() throws {
        let act = RuleSample.act("GET", "/a")
        let deny = #"{"name":"never","effect":"deny","paths":["/a"]}"#
        let allow = #"{"name":"some","effect":"allow","paths":["/a"]}"#
        #expect(try RuleSample.rules("[\(deny),\(allow)]").judge(act).denial?.rule == "never")
        #expect(try RuleSample.rules("[\(allow),\(deny)]").judge(act) == .allowed(rule: "some"))
        #expect(try RuleSample.rules("[\(deny),\(allow)]").judge(RuleSample.act("GET", "/b")).denial == nil)
    }

    @Test("allows nothing by itself, and says that no rule does")
    func alone() throws {
        let rules = try RuleSample.rules(#"[{"name":"never","effect":"deny","paths":["/a"]}]"#)
        guard case .refused(let refusal) = rules.judge(RuleSample.act("GET", "/b")) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.description == "No rule of this connection allows the request.")
    }

    @Test("says that it denies, and which part is only read so")
    func texts() throws {
        let plain = try rules(#""paths":["/admin"]"#).judge(RuleSample.act("GET", "/admin")).denial
        #expect(plain?.description == #"The rule "never" of this connection denies the request."#)
        let spelled = try rules(#""paths":["/admin"]"#).judge(RuleSample.act("GET", "/%61dmin")).denial
        #expect(
            spelled?.description == """
                The rule "never" of this connection denies the request, since a server may read it as one that the rule \
                is for: its path, decoded or compared without regard to case.
                """
        )
    }

    @Test("is only told of where rules are observed")
    func observed() throws {
        let rules = try RuleSample.rules(#"[{"name":"never","effect":"deny","paths":["/a"]}]"#, mode: "observe")
        guard case .observed(let refusal) = rules.judge(RuleSample.act("GET", "/A")) else {
            Issue.record("not observed")
            return
        }
        #expect(refusal.reason == .denied)
    }

    @Test("is one too if its effect is of a later version")
    func unknown() throws {
        let rules = try RuleSample.rules(#"[{"name":"a","effect":"ask","paths":["/a"]},{"name":"b","paths":["/**"]}]"#)
        #expect(rules.judge(RuleSample.act("GET", "/a")).denial?.rule == "a")
    }

    @Test(
        "matches each path that some server may take for its own",
        arguments: [
            "/v1/admin", "/v1/%61dmin", "/v1/%2561dmin", "/v1/%252561dmin", "/V1/ADMIN", "/v1/AdMiN", "/v1%2fadmin",
            "/v1%252Fadmin", "//v1/admin", "/v1//admin", "/v1/admin/", "/v1/admin//", #"/v1\admin"#, "/v1%5Cadmin",
            "/v1/admin;x=1", "/v1;a/admin;b", "/v1/admin%3Bx", "/;/v1/admin", "/v1/;x/admin", "/v1/./admin",
            "/v1/%2e/admin", "/v1/x/../admin", "/v1/x/%2e%2E/admin", "/v1/x/..;y/admin", "/../v1/admin",
            "/v1/admin%00.png", "/v1/admin%3Fx", "/v1/admin%23x", "/v1/admin.", "/v1/admin%20", "/v1/ad%0Amin",
            "/v1/ad%E2%80%8Bmin", "/v1/%EF%BD%81dmin", "/v1/%u0061dmin", "/v1/%C1%A1dmin", "/v1/%E0%81%A1dmin",
            "/v1/adm%C4%B1n",
        ]
    )
    func widely(_ path: String) throws {
        #expect(try isDenied(RuleSample.act("GET", path), by: #""paths":["/v1/admin"]"#))
        #expect(try isDenied(RuleSample.act("GET", path), by: #""paths":["/x","/v1/*"]"#))
        #expect(try isDenied(RuleSample.act("GET", path), by: #""paths":["/v1/**"]"#))
    }

    @Test(
        "lets other paths pass",
        arguments: [
            "/v1/admins", "/v1/admi", "/v1", "/v2/admin", "/v1/admin/x", "/v1/x", "/", "", "/v1/%2Fx", "/admin",
            "/v1/admin/../x", "/v1/admin.json",
        ]
    )
    func otherPaths(_ path: String) throws {
        #expect(try !isDenied(RuleSample.act("GET", path), by: #""paths":["/v1/admin"]"#))
    }

    @Test(
        "reads its own path as widely",
        arguments: [
            ("/p/a%2Fb/**", "/p/a%2fb/x"), ("/p/a%2Fb/**", "/p/a/b/x"), ("/p/a%2Fb/**", "/p/A%252FB/x"),
            ("/p/*/x", "/p/a%2Fb/x"), ("/p/caf%C3%A9", "/p/caf%E9"), ("/p/a b".replacing(" ", with: "%20"), "/p/a+b"),
            ("/p/q;v=1", "/p/q"),
        ]
    )
    func ownPath(_ pattern: String, _ path: String) throws {
        #expect(try isDenied(RuleSample.act("GET", path), by: #""paths":["\#(pattern)"]"#))
    }

    @Test("takes a path with too many readings for any")
    func tooManyReadings() throws {
        let deep = "/x%" + String(repeating: "25", count: 40) + "61"
        let many =
            "/"
            + (0..<12).map { "a\($0)%2F..%2F;\\%5C..\(String(repeating: "%25", count: $0))2F" }.joined(separator: "/")
        for path in [deep, many, "/" + String(repeating: "a", count: 5000)] {
            #expect(try isDenied(RuleSample.act("GET", path), by: #""paths":["/v1/admin"]"#))
        }
    }

    @Test(
        "matches methods of any case, and those that a server may find elsewhere",
        arguments: [
            (RuleSample.act("DELETE", "/"), true), (RuleSample.act("delete", "/"), true),
            (RuleSample.act("POST", "/"), false), (RuleSample.act("GET", "/", query: "_method=DELETE"), true),
            (RuleSample.act("POST", "/", query: "a=b"), false),
            (RuleSample.act("POST", "/", body: #"{"_method":"DELETE"}"#), true),
            (RuleSample.act("POST", "/", body: #"{"\u005fMethod":"DELETE"}"#), true),
            (RuleSample.act("POST", "/", body: #"{"method":"DELETE"}"#), false),
            (RuleSample.act("POST", "/", body: #"{"a":1"#), true),
            (RuleSample.act("PUT", "/", body: #"{"_method":"DELETE"}"#), false),
            (
                RuleSample.act(
                    "POST",
                    "/",
                    headers: [("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
                    body: "x"
                ), true
            ),
            (
                RuleSample.act(
                    "POST",
                    "/",
                    headers: [("Content-Type", "multipart/form-data; boundary=b")],
                    body: "--b\r\nContent-Disposition: form-data; name=\"_Method\"\r\n\r\nDELETE\r\n--b--\r\n"
                ), true
            ),
            (
                RuleSample.act(
                    "POST",
                    "/",
                    headers: [("Content-Type", "multipart/form-data; boundary=b")],
                    body: "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nDELETE\r\n--b--\r\n"
                ), false
            ),
            (RuleSample.act("POST", "/", headers: [("Content-Type", "text/plain")], body: "_method=DELETE"), false),
            (RuleSample.act("POST", "/", headers: [], body: "_method=DELETE"), true),
        ] as [(RuleSubject, Bool)]
    )
    func methods(_ act: RuleSubject, _ expected: Bool) throws {
        #expect(try isDenied(act, by: #""methods":["DELETE"],"paths":["/**"]"#) == expected)
    }

    @Test(
        "matches a body that some server may read so, and one that can't be read",
        arguments: [
            (#"{"role":"admin"}"#, true), (#"{"role":"user"}"#, false), (#"{}"#, false), ("", false),
            (#"{"Role":"ADMIN"}"#, true), (#"{"role":" admin "}"#, true), (#"{"role":"user","ROLE":"admin"}"#, true),
            (#"{"role":["admin"]}"#, true), (#"{"role":{"x":1}}"#, true), (#"{"role":null}"#, false),
            (#"{"role":"user","role":"admin"}"#, true), (#"{"role":"user""#, true), ("role=user", true),
            (#"[{"role":"user"}]"#, false),
        ]
    )
    func bodies(_ body: String, _ expected: Bool) throws {
        let parts = #""paths":["/**"],"body":[{"pointer":"/role","values":["admin"]}]"#
        #expect(try isDenied(RuleSample.act("POST", "/", body: body), by: parts) == expected)
    }

    @Test(
        "compares scalars as servers do that convert types",
        arguments: [
            ("true", #""true""#, true), ("true", "1", true), ("true", #""on""#, true), ("true", "0", false),
            ("true", "false", false), ("false", "null", true), ("false", #""""#, true), ("1", #""1.0""#, true),
            ("1", "1.0", true), ("1", "2", false), (#""7""#, "7", true), (#""a""#, #""b""#, false),
        ]
    )
    func scalars(_ value: String, _ sent: String, _ expected: Bool) throws {
        let parts = #""paths":["/**"],"body":[{"pointer":"/x","values":[\#(value)]}]"#
        #expect(try isDenied(RuleSample.act("POST", "/", body: #"{"x":\#(sent)}"#), by: parts) == expected)
    }

    @Test("matches every body that is not JSON by its headers")
    func headers() throws {
        let parts = #""paths":["/**"],"body":[{"pointer":"/role","values":["admin"]}]"#
        for headers in [[("Content-Type", "text/plain")], [], [("Content-Type", "application/json; charset=utf-16")]] {
            let act = RuleSample.act("POST", "/", headers: headers, body: #"{"role":"user"}"#)
            #expect(try isDenied(act, by: parts))
        }
    }

    @Test("is for the principals that it names alone")
    func principals() throws {
        let parts = #""principals":["user:00000000-0000-0002-0000-000000000002"],"paths":["/**"]"#
        #expect(try !isDenied(RuleSample.act(), by: parts))
    }
}

@Suite("Rules that deny, of random paths", .timeLimit(.minutes(10)))
struct DenyingRuleFuzzTests {
    private var rounds: Int { getenv("KEYWAY_LONG") == nil ? 400 : 40_000 }

    private static let pieces = [
        "a", "B", "admin", "v1", "%61", "%41", "%2561", "%2f", "%2F", "%252F", "/", "//", ";", ";x", "%3B", ".", "..",
        "%2e", "%252e", "\\", "%5c", "*", "**", "%00", "%3f", "%23", "+", "%20", "%", "%u0061", "%c3%a9", "%e9",
        "%C0%AF",
    ]

    private static func path(_ random: inout SystemRandomNumberGenerator) -> String {
        "/"
            + (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
    }

    @Test("match whatever a rule that allows matches")
    func superset() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<rounds {
            let pattern = Self.path(&random)
            // Half of the time the path is the pattern, with other segments for its asterisks.
            let path = Bool.random(using: &random) ? pattern.replacing("*", with: "a") : Self.path(&random)
            let rule = #""name":"r","paths":["\#(pattern.replacing("\\", with: "\\\\"))"]"#
            guard try RuleSample.rules("[{\(rule)}]").judge(RuleSample.act("GET", path)) == .allowed(rule: "r") else {
                continue
            }
            let denying = try RuleSample.rules(#"[{"effect":"deny",\#(rule)},{"name":"all","paths":["/**"]}]"#)
            #expect(denying.judge(RuleSample.act("GET", path)).denial != nil, "\(pattern) \(path)")
        }
    }

    @Test("let no rewriting of a path pass to meet a rule that allows it")
    func rewritings() throws {
        var random = SystemRandomNumberGenerator()
        let denied = [
            (#"/v1/admin"#, "/v1/admin"), ("/v1/*/secret", "/v1/x/secret"), ("/v1/keys/**", "/v1/keys/a/b"),
            ("/g/a%2Fb/**", "/g/a%2Fb/c"),
        ]
        for _ in 0..<rounds {
            let (pattern, original) = denied.randomElement(using: &random) ?? denied[0]
            var path = original
            for _ in 0..<Int.random(in: 1...2, using: &random) { path = Self.rewritten(path, &random) }
            let exact = path.replacing("\\", with: "\\\\").replacing("\"", with: "")
            let rules = try RuleSample.rules(
                #"""
                [{"name":"never","effect":"deny","paths":["\#(pattern)"]},{"name":"exact","paths":["\#(exact)"]},
                {"name":"all","paths":["/**"]}]
                """#
            )
            #expect(rules.judge(RuleSample.act("GET", path)).denial?.rule == "never", "\(pattern) \(path)")
        }
    }

    /// Another spelling, which some server reads as the same path.
    private static func rewritten(_ path: String, _ random: inout SystemRandomNumberGenerator) -> String {
        var bytes = Array(path.utf8)
        let slashes = bytes.indices.filter { bytes[$0] == UInt8(ascii: "/") }
        let letters = bytes.indices.filter { index in
            // Not the digits of an escape, which would be another one.
            (0x61...0x7A).contains(bytes[index]) && !bytes[max(0, index - 5)..<index].contains(UInt8(ascii: "%"))
        }
        guard let slash = slashes.randomElement(using: &random), let letter = letters.randomElement(using: &random)
        else {
            return path
        }
        let hex = Array(String(bytes[letter], radix: 16).utf8)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: bytes[letter] &= ~0x20
        case 1: bytes.replaceSubrange(letter...letter, with: [UInt8(ascii: "%")] + hex)
        case 2: bytes.replaceSubrange(letter...letter, with: Array("%25".utf8) + hex)
        case 3: bytes.insert(UInt8(ascii: "/"), at: slash)
        case 4: bytes.insert(contentsOf: "/.".utf8, at: slash)
        case 5: bytes.insert(contentsOf: "/x/%2e%2e".utf8, at: slash)
        case 6: bytes.append(contentsOf: ";a=b".utf8)
        case 7 where slash > 0: bytes.replaceSubrange(slash...slash, with: "%2F".utf8)
        case 8 where slash > 0: bytes.replaceSubrange(slash...slash, with: "\\".utf8)
        default: bytes.append(UInt8(ascii: "/"))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension RuleVerdict {
    /// The refusal by a rule that denies; `nil` of any other verdict.
    fileprivate var denial: RuleRefusal? {
        guard case .refused(let refusal) = self, refusal.reason == .denied else { return nil }
        return refusal
    }
}
