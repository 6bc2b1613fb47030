import Acting
import Testing

@Suite("The paths of a rule", .timeLimit(.minutes(10)))
struct RulePathTests {
    private func matches(_ path: String, _ pattern: String) throws -> Bool {
        let pattern = pattern.replacing("\\", with: "\\\\")
        let rules = try RuleSample.rules(#"[{"name":"a","paths":["\#(pattern)"]}]"#)
        return rules.judge(RuleSample.act("GET", path)) == .allowed(rule: "a")
    }

    @Test(
        "match segment by segment",
        arguments: [
            ("/v1/models", ["/v1/models"], ["/v1", "/v1/models/", "/v1/model", "/V1/models", "/v1/models/x", "/", ""]),
            ("/", ["/", ""], ["/a", "//"]),
            ("/*", ["/a", "/a:b@c", "/*"], ["/", "", "/a/b", "/a/"]),
            ("/v1/*/x", ["/v1/a/x", "/v1/a%20b/x"], ["/v1/x", "/v1/a/b/x", "/v1//x"]),
            ("/**", ["/", "", "/a", "/a/b/c"], ["//", "/a/", "/a//b", "a"]),
            ("/v1/**", ["/v1", "/v1/a", "/v1/a/b"], ["/", "/v2/a", "/v1/", "/v1/a/", "/v11"]),
            ("/v1/*/**", ["/v1/a", "/v1/a/b"], ["/v1", "/v1/"]),
            ("/v1/", ["/v1/"], ["/v1", "/v1//"]),
        ]
    )
    func segments(_ pattern: String, good: [String], bad: [String]) throws {
        for path in good { #expect(try matches(path, pattern), "\(path)") }
        for path in bad { #expect(try !matches(path, pattern), "\(path)") }
    }

    /// Segments that servers read differently.
    private static let ambiguous = [
        "%61", "%41b", "a%2Db", "%2e", "%2E%2e", ".", "..", ".%2e", "a%2fb", "a%2Fb", "a%5cb", "a%5Cb", #"a\b"#, "a;b",
        ";", "a%3Bb", "a%3bb", "a%252fb", "a%25", "a%00", "a%0d%0a", "a%7f", "%", "%4", "%zz", "a%", "%c0%af", "%e2%82",
        "%ff", "%ed%a0%80", "a%3fb", "a%23b", "é", "a b", "a\"b", "a<b", "{a}", "a|b", "a^b", "`", "",
    ]

    @Test("match a segment that servers read differently by its own spelling alone", arguments: ambiguous)
    func spellings(_ segment: String) throws {
        for pattern in ["/*/x", "/**", "/*/*", "/*/**"] {
            #expect(try !matches("/\(segment)/x", pattern), "\(pattern)")
        }
        #expect(try !matches("/x/\(segment)", "/x/*"))
        #expect(try !matches("/x/y/\(segment)", "/x/**"))
        guard !segment.contains("\"") else { return }
        #expect(try matches("/\(segment)/x", "/\(segment)/x"))
        #expect(try matches("/\(segment)/x", "/\(segment)/*"))
    }

    @Test(
        "take the digits of an escape in either case for one spelling",
        arguments: [
            ("/a%2fb/x", "/a%2Fb/x"), ("/a%2Fb", "/a%2fb"), ("/%c3%a9", "/%C3%A9"), ("/%C3%a9/**", "/%c3%A9/y"),
            ("/a%3bb", "/a%3Bb"),
        ]
    )
    func escapes(_ pattern: String, _ path: String) throws {
        #expect(try matches(path, pattern))
        #expect(try !matches(path + "x", pattern == "/%C3%a9/**" ? "/%c3%a9" : pattern))
    }

    @Test(
        "do not match what decodes to them",
        arguments: ["/v1/%6dodels", "/v1%2Fmodels", "/%76%31/models", "/v1/./models"]
    )
    func decoded(_ path: String) throws {
        #expect(try !matches(path, "/v1/models"))
    }

    @Test(
        "match any segment with one reading by an asterisk",
        arguments: [
            "a", "A-z_0.9~", "a%20b", "%E2%82%AC", "%e2%82%ac", "a:b", "a@b", "!$&'()*+,=", "a%2Bb", "%40", "...", "a.",
        ]
    )
    func plain(_ segment: String) throws {
        #expect(try matches("/\(segment)/x", "/*/x"))
        #expect(try matches("/\(segment)/x", "/**"))
    }
}
