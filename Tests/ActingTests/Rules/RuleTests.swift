import Acting
import Documents
import JSONReading
import Testing

@Suite("Rules of a connection", .timeLimit(.minutes(10)))
struct RuleTests {
    private static let rules = """
        [
            {"name": "read", "methods": ["GET", "HEAD"], "paths": ["/v1/**"]},
            {"name": "chat", "principals": ["role:00000000-0000-4000-8000-000000000002"], "methods": ["POST"],
             "paths": ["/v1/chat"], "body": [{"pointer": "/model", "values": ["small", "smaller"]}]},
            {"name": "delete", "principals": ["user:00000000-0000-0009-0000-000000000009"], "methods": ["DELETE"],
             "paths": ["/v1/files/*"]}
        ]
        """

    private func verdict(_ act: RuleSubject, mode: String = "enforce") throws -> RuleVerdict {
        try RuleSample.rules(Self.rules, mode: mode).judge(act)
    }

    @Test("allow everything if there are none")
    func none() throws {
        #expect(ActRules(settings: .object([])).judge(RuleSample.act("DELETE", "//%2e")) == .allowed(rule: nil))
        #expect(try RuleSample.rules("[]").isEmpty)
    }

    @Test(
        "allow what one of them allows, and say which",
        arguments: [
            (RuleSample.act("GET", "/v1/models"), "read"), (RuleSample.act("HEAD", "/v1/chat"), "read"),
            (RuleSample.act("POST", "/v1/chat", body: #"{"model":"small"}"#), "chat"),
        ]
    )
    func allowed(_ act: RuleSubject, by rule: String) throws {
        #expect(try verdict(act) == .allowed(rule: rule))
    }

    @Test(
        "refuse all else, by the rule that comes nearest",
        arguments: [
            (RuleSample.act("GET", "/v2/models"), "read", [.path]),
            (RuleSample.act("PUT", "/v1/models"), "read", [.method]),
            (RuleSample.act("get", "/v1/models"), "read", [.method]),
            (RuleSample.act("POST", "/v1/chat", body: #"{"model":"large"}"#), "chat", [.bodyField("/model")]),
            (RuleSample.act("POST", "/v1/chat"), "chat", [.body]),
            (RuleSample.act("POST", "/v1/other"), "read", [.method]),
            (RuleSample.act("DELETE", "/v1/files/1"), "delete", [.principal]),
            (RuleSample.act("DELETE", "/v2/files/1"), "delete", [.principal, .path]),
            (RuleSample.act("POST", "/v2/chat"), "chat", [.path]),
        ] as [(RuleSubject, String, [RuleMismatch])]
    )
    func refused(_ act: RuleSubject, by rule: String, mismatches: [RuleMismatch]) throws {
        guard case .refused(let refusal) = try verdict(act) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.mismatches == mismatches)
        #expect(refusal.rule == rule)
        #expect(try verdict(act, mode: "observe") == .observed(refusal))
    }

    @Test("say what did not fit, and quote nothing of the request")
    func texts() throws {
        let act = RuleSample.act("POST", "/v1/chat", body: #"{"model":"HIDDEN"}"#)
        guard case .refused(let refusal) = try verdict(act) else {
            Issue.record("not refused")
            return
        }
        #expect(
            refusal.description == """
                No rule of this connection allows the request. The nearest is "chat": it does not allow what stands, or \
                is missing, at /model of the body.
                """
        )
    }

    @Test(
        "are for the principals that they name, by user, role or organisation",
        arguments: [
            ("user:00000000-0000-0002-0000-000000000001", true), ("user:00000000-0000-0002-0000-000000000002", false),
            ("role:00000000-0000-4000-8000-000000000003", true), ("role:00000000-0000-4000-8000-000000000001", false),
            ("org:00000000-0000-0001-0000-000000000001", true), ("org:00000000-0000-0001-0000-000000000002", false),
            ("role:00000000-0000-0002-0000-000000000001", false), ("user:00000000-0000-0001-0000-000000000001", false),
        ]
    )
    func principals(_ name: String, isMeant: Bool) throws {
        let rules = try RuleSample.rules(#"[{"name":"a","principals":["\#(name)"],"paths":["/**"]}]"#)
        #expect(rules.judge(RuleSample.act()).mismatches == (isMeant ? [] : [.principal]))
    }

    @Test(
        "that restrict methods do not let a query override the method",
        arguments: [
            "_method=DELETE", "a=b&_method=DELETE", "a;_method=DELETE", "_METHOD=x", "_method", "%5Fmethod=x",
            "%5f%6dethod=x", "+_method=x", ".method=x", "_method%00a=x", "X-HTTP-Method-Override=PUT",
            "x_http_method=PUT", "X-Method-Override=PUT",
        ]
    )
    func overrides(_ query: String) throws {
        let act = RuleSample.act("GET", "/v1/models", query: query)
        #expect(try verdict(act).mismatches == [.methodOverride])
        let open = try RuleSample.rules(#"[{"name":"a","paths":["/**"]}]"#)
        #expect(open.judge(act) == .allowed(rule: "a"))
    }

    @Test(
        "that restrict methods do not let a body override the method that a server may take for a form",
        arguments: [
            ("_method=DELETE", [("Content-Type", "application/x-www-form-urlencoded")]),
            ("a=b&_method=DELETE", [("Content_Type", "Application/X-WWW-Form-URLencoded; charset=utf-8")]),
            ("a=b&%5Fmethod=DELETE", []),
            (
                "_method=DELETE",
                [("Content-Type", "text/plain"), ("content-type", "application/x-www-form-urlencoded")]
            ),
        ]
    )
    func bodyOverrides(_ body: String, headers: [(String, String)]) throws {
        let rules = try RuleSample.rules(#"[{"name":"a","methods":["POST"],"paths":["/**"]}]"#)
        #expect(rules.judge(RuleSample.act("POST", "/", headers: headers, body: body)).mismatches == [.methodOverride])
        let json = [("Content-Type", "application/json")]
        for (headers, body) in [(json, body), (headers, "method=DELETE"), (headers, #"{"_method":"DELETE"}"#)] {
            #expect(rules.judge(RuleSample.act("POST", "/", headers: headers, body: body)) == .allowed(rule: "a"))
        }
    }

    @Test(
        "let other parameters pass",
        arguments: ["", "method=DELETE", "a=_method", "a_method=x", "_methods=x", "%zz", "%"]
    )
    func otherParameters(_ query: String) throws {
        #expect(try verdict(RuleSample.act("GET", "/v1/models", query: query)) == .allowed(rule: "read"))
    }
}
