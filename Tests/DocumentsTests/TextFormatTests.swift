import Documents
import Testing

/// A format with the texts that it must take and those that it must refuse.
struct FormatTable: Sendable, CustomTestStringConvertible {
    let name: String
    let format: TextFormat
    let valid: [String]
    let invalid: [String]

    var testDescription: String { name }
}

extension FormatTable {
    static let all = [host, baseURL, headerName, headerValue, digits, name, line, tokenName, secret] + allOfAWS

    static let host = FormatTable(
        name: "host",
        format: .host,
        valid: [
            "example.com", "EXAMPLE.com", "acme", "a", "1", "a-b.c_d.example", "-a.example", "_a._b", "127.0.0.1",
            "example.com:1", "example.com:80", "example.com:65535", "example.com/", "example.com:8443/",
            "https://example.com", "http://example.com", "HTTPS://example.com/", "hTTp://example.com:8080/",
            "[::1]", "[2001:DB8::1]:8443", "https://[::ffff:10.0.0.1]/", "https", "http",
            String(repeating: "a", count: 253),
        ],
        invalid: [
            "", " ", "/", ".", "..", ".example.com", "example.com.", "a..b", "example.com//", "example.com/path",
            "example.com/?", "example.com?q", "example.com#f", "user@example.com", "https://user:pw@example.com",
            "https://", "https:///", "http:/example.com", "ftp://example.com", "https:/example.com", "//example.com",
            "https://https://example.com", "example.com:", "example.com:0", "example.com:00", "example.com:080",
            "example.com:65536", "example.com:99999", "example.com:100000", "example.com:8a", "example.com:-1",
            "example.com:+1", "a:1:2", "::1", "[]", "[", "[::1", "[::1]x", "[::1]:", "[g::1]", "[::1%eth0]", "]",
            "exam ple.com", " example.com", "example.com ", "example.com\n", "example.com\t", "example.com\0",
            "exa%6dple.com", "ex\\ample.com", "bücher.example", "\u{212a}elvin.example", "example.com:\u{301}80",
            "example.com/\u{301}", "e\u{301}xample.com", "１.example", "http\u{17f}://example.com",
            String(repeating: "a", count: 254),
        ]
    )

    static let baseURL = FormatTable(
        name: "baseURL",
        format: .baseURL,
        valid: [
            "https://example.com", "http://example.com", "HTTPS://EXAMPLE.com", "hTtP://example.com/",
            "https://example.com:1", "https://example.com:65535/", "https://example.com:443", "http://127.0.0.1:8080",
            "https://example.com/api/v2", "https://example.com/a//", "https://example.com/a%20b",
            "https://example.com/...", "https://example.com/.a/a./..a", "https://example.com/a;b",
            "https://example.com/;/..a;..", "https://example.com/a%2Fb%2f", "https://example.com/%C3%BC",
            "https://example.com/@",
            "https://example.com/a:b@c;d=e,f&g", "https://example.com/{{ id }}".replacing(" ", with: ""),
            "https://example.com/~!$'()*+[]|^`<>\"", "https://example.com/http://other.example", "https://[::1]",
            "https://[2001:db8::1]:8443/api", "http://acme", "https://a_b.example/",
            "https://e.com/" + String(repeating: "a", count: 2034),
        ],
        invalid: [
            "", "https", "https:", "https:/", "https://", "https:///", "https:///path", "http:/x", "https:x", "://x",
            "//example.com", "example.com", "/path", "ftp://example.com", "httpss://example.com", "javascript:alert(1)",
            " https://example.com", "https://example.com ", "https://exa mple.com", "https://example.com/a b",
            "https://example.com/a\tb", "https://example.com/a\nb", "https://example.com\r", "https://example.com/\0",
            "https://example.com/\u{7f}", "https://example.com\\", "https://example.com\\@other.example",
            "https://example.com/a\\b", "https:\\\\example.com", "https://user@example.com", "https://u:p@example.com",
            "https://@example.com", "https://example.com@", "https://example.com?", "https://example.com/?q=1",
            "https://example.com#", "https://example.com/#f", "https://example.com:", "https://example.com:/",
            "https://example.com:0", "https://example.com:65536", "https://example.com:00443",
            "https://example.com:4 3",
            "https://example.com:x", "https://:443", "https://.", "https://.example.com", "https://example.com.",
            "https://a..b", "https://[]", "https://[::1", "https://::1", "https://[::1]a", "https://[v1.x]",
            "https://[::1%25eth0]", "https://exa%6dple.com", "https://example.com/bücher", "https://bücher.example",
            "https://\u{212a}elvin.example", "https://example.com/a?\u{301}q", "https://example.com/a#\u{301}f",
            "https://example.com/\u{301}", "https://example.com/a\u{a0}b", "https:/\u{301}/example.com",
            "https://example.com/..", "https://example.com/../x", "https://example.com/x/./y",
            "https://example.com/x/.",
            "https://example.com/%2e%2E/x", "https://example.com/.%2e/x", "https://example.com/x%2f..%2fy",
            "https://example.com/%252e%252e/x", "https://example.com/a%2eb", "https://example.com/%00",
            "https://example.com/%5c", "https://example.com/%2fa", "https://example.com/%c0%ae",
            "https://example.com/..;/x", "https://example.com/..%3bx",
            "https://example.com//a", "https://example.com/%", "https://example.com/%2", "https://example.com/%zz",
            "https://example.com:８０",
            "https://e.com/" + String(repeating: "a", count: 2035),
        ]
    )

    static let headerName = FormatTable(
        name: "headerName",
        format: .headerName,
        valid: ["a", "Accept", "X-Request-ID", "x_y", "1", "!#$%&'*+-.^_`|~", String(repeating: "a", count: 256)],
        invalid: [
            "", " ", "a b", "a:", ":a", "a\n", "a\r\nb", "a\t", "a\0", "\u{7f}", "a(", "a)", "a,", "a/", "a;", "a<",
            "a=",
            "a>", "a?", "a@", "a[", "a\\", "a]", "a{", "a}", "a\"", "é", "Ａ", "a\u{301}",
            String(repeating: "a", count: 257),
        ]
    )

    static let headerValue = FormatTable(
        name: "headerValue",
        format: .headerValue,
        valid: [
            "", " ", "a", "a\tb", "Bearer {{ token }}", "text/html; q=0.5", "naïve", "日本",
            String(repeating: "a", count: 8192),
        ],
        invalid: [
            "\n", "\r", "a\r\nX-B: c", "a\nb", "a\rb", "a\0", "\u{1}", "\u{8}", "\u{b}", "\u{c}", "\u{1f}", "\u{7f}",
            "a\n\u{301}", String(repeating: "a", count: 8193),
        ]
    )

    static let digits = FormatTable(
        name: "digits(12)",
        format: .digits(12),
        valid: ["000000000000", "123456789012", "999999999999"],
        invalid: [
            "", "1", "12345678901", "1234567890123", "12345678901x", " 23456789012", "123456789012\n", "-12345678901",
            "１２３４５６７８９０１２", "12345678901\u{661}", "1234-5678-90",
        ]
    )

    static let name = FormatTable(
        name: "name",
        format: .name,
        valid: [
            "a", " ", "My connection", "日本 🔑", "\u{80}\u{2028}", String(repeating: "a", count: 255),
            String(repeating: "é", count: 255), String(repeating: "🔑", count: 255),
        ],
        invalid: [
            "", "\n", "a\nb", "a\tb", "a\0b", "\u{1b}[1m", "\u{7f}", "a\n\u{301}", String(repeating: "a", count: 256),
            String(repeating: "é", count: 256), String(repeating: "🔑", count: 256),
            String(repeating: "e\u{301}", count: 128),
        ]
    )

    static let line = FormatTable(
        name: "line",
        format: .line,
        valid: ["a", " ", "é", String(repeating: "a", count: 4096)],
        invalid: ["", "\n", "a\r", "\0", "\u{1f}", "\u{7f}", String(repeating: "a", count: 4097)]
    )

    static let tokenName = FormatTable(
        name: "tokenName",
        format: .tokenName,
        valid: ["a", "github", "my-token_1.x/y:z~", "日本", "\"", String(repeating: "é", count: 255)],
        invalid: [
            "", " ", "a b", " a", "a ", "{", "}", "a{b", "{{a}}", "a\t", "a\n", "\0", "\u{7f}", "a{\u{301}",
            String(repeating: "é", count: 256),
        ]
    )

    static let secret = FormatTable(
        name: "secret",
        format: .secret,
        valid: [" ", "a", "-----BEGIN\nKEY-----\n", "\0", "日本", String(repeating: "a", count: 65_536)],
        invalid: ["", String(repeating: "a", count: 65_537)]
    )
}

/// A format's description, as its reader sees it.
struct Description {
    private let length: ClosedRange<Int>
    private let pattern: Regex<AnyRegexOutput>?

    init(of format: TextFormat) throws {
        length = format.length
        pattern = try format.pattern.map { try Regex($0).matchingSemantics(.unicodeScalar) }
    }

    func takes(_ text: String) throws -> Bool {
        guard length.contains(text.unicodeScalars.count) else { return false }
        guard let pattern else { return true }
        return try pattern.wholeMatch(in: text) != nil
    }
}

@Suite("A text format")
struct TextFormatTests {
    private static let validTexts = FormatTable.all.flatMap { table in table.valid.map { (table, $0) } }
    private static let invalidTexts = FormatTable.all.flatMap { table in table.invalid.map { (table, $0) } }

    @Test("takes what is valid", arguments: validTexts)
    func takes(_ table: FormatTable, _ text: String) {
        #expect(table.format.fault(in: JSONText(text)) == nil)
    }

    @Test("refuses what is not", arguments: invalidTexts)
    func refuses(_ table: FormatTable, _ text: String) {
        #expect(table.format.fault(in: JSONText(text)) != nil)
    }

    @Test("says by its pattern and length exactly what it takes", arguments: validTexts + invalidTexts)
    func agreesWithPattern(_ table: FormatTable, _ text: String) throws {
        #expect(try Description(of: table.format).takes(text) == (table.format.fault(in: JSONText(text)) == nil))
    }

    @Test("agrees with its pattern on texts made of dangerous characters", arguments: FormatTable.all)
    func agreesOnMutations(_ table: FormatTable) throws {
        let description = try Description(of: table.format)
        let pieces = [
            "", "a", "A", ".", "/", ":", "1", "@", "?", "#", "\\", "[", "]", " ", "\n", "\t", "\0", "{", "-", "_", "$",
            "%", ";", "/..", "%2e", "%2F", "\u{301}", "é",
        ]
        for seed in table.valid.filter({ $0.utf8.count < 64 }) {
            for position in seed.indices {
                for piece in pieces {
                    let text = seed[..<position] + piece + seed[seed.index(after: position)...]
                    let isTaken = table.format.fault(in: JSONText(String(text))) == nil
                    #expect(try description.takes(String(text)) == isTaken, "\(text.debugDescription)")
                }
            }
        }
    }

    @Test("quotes nothing of the text that it faults", arguments: FormatTable.all)
    func quotesNothing(_ table: FormatTable) {
        for text in ["MARKER\0{?", String(repeating: "MARKER", count: 11_000)] {
            let fault = table.format.fault(in: JSONText(text)) ?? ""
            #expect(!fault.contains("MARKER"))
        }
    }

    @Test(
        "says what would be right",
        arguments: [
            (.name, "", "must not be empty"),
            (.name, String(repeating: "a", count: 256), "must be at most 255 characters long"),
            (.digits(12), "", "must be exactly 12 digits"),
            (.digits(12), "12345678901x", "must be exactly 12 digits"),
            (.secret, "", "must not be empty"),
            (.host, "a b", "must be a host name such as example.com"),
        ] as [(TextFormat, String, String)]
    )
    func faults(_ format: TextFormat, _ text: String, fault: String) {
        #expect(format.fault(in: JSONText(text)) == fault)
    }
}

@Suite("A web origin")
struct WebOriginTests {
    private func origin(_ text: String) -> String? {
        JSONText(text).withUTF8 { WebOrigin(parsing: $0)?.text }
    }

    @Test(
        "is scheme, host and port in one spelling",
        arguments: [
            ("https://example.com", "https://example.com"),
            ("HTTPS://Example.COM/Path", "https://example.com"),
            ("https://example.com:443/", "https://example.com"),
            ("http://example.com:80", "http://example.com"),
            ("http://example.com:443", "http://example.com:443"),
            ("https://example.com:80/a", "https://example.com:80"),
            ("https://example.com:8443", "https://example.com:8443"),
            ("https://[2001:DB8::443]", "https://[2001:db8::443]"),
            ("https://[::1]:443/", "https://[::1]"),
        ]
    )
    func reads(_ url: String, origin: String) {
        #expect(self.origin(url) == origin)
    }

    @Test("is read of nothing else", arguments: ["", "example.com", "ftp://example.com", "https://a?q", "https://u@a"])
    func refuses(_ url: String) {
        #expect(origin(url) == nil)
    }
}

@Suite("A host name")
struct HostNameTests {
    @Test(
        "is read with or without scheme and final slash",
        arguments: [
            ("Example.com", "example.com"), ("https://example.com/", "example.com"),
            ("HTTP://EXAMPLE.com:8080", "example.com:8080"), ("[2001:DB8::1]", "[2001:db8::1]"), ("acme", "acme"),
        ]
    )
    func reads(_ text: String, host: String) {
        #expect(JSONText(text).withUTF8 { HostName(parsing: $0)?.text } == host)
    }
}
