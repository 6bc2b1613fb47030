import Documents
import LinkRewriting
import Testing

@Suite("A link")
struct LinkTests {
    @Test(
        "to what the connection reaches leads through Keyway",
        arguments: [
            ("https://api.vendor.com/api/v4/projects?page=2", "/projects?page=2"),
            ("https://api.vendor.com/api/v4", ""),
            ("https://api.vendor.com/api/v4/", "/"),
            ("https://api.vendor.com/api/v4?x=1#y", "?x=1#y"),
            ("HTTPS://API.Vendor.COM/api/v4/a", "/a"),
            ("https://api.vendor.com:443/api/v4/a", "/a"),
            ("https://api.vendor.com:/api/v4/a", "/a"),
            ("https://api.vendor.com/api/%764/a", "/a"),
            ("https://api.vendor.com/x/../api/v4/a", "/a"),
            ("https://api.vendor.com/api/v4/./a/b/..", "/a/"),
            ("https://api.vendor.com/api/v4/group%2Fproject", "/group%2Fproject"),
            ("https://api.vendor.com/api/v4/a?to=https://evil.example\\", "/a?to=https://evil.example\\"),
            ("https://api.vendor.com/api/v4/été?filter=a eq 'b'", "/été?filter=a eq 'b'"),
        ]
    )
    func within(_ link: String, _ path: String) throws {
        #expect(try LinkRewriter.test().text(link) == LinkRewriter.proxy + path)
    }

    @Test(
        "to anything else stays as it is",
        arguments: [
            "https://api.vendor.com.evil.example/api/v4/a",
            "https://api.vendor.com@evil.example/api/v4/a",
            "https://evil.example@api.vendor.com/api/v4/a",
            "https://evil.example/https://api.vendor.com/api/v4/a",
            "https://evil.example\\@api.vendor.com/api/v4/a",
            "https://api.vendor.com\\@evil.example/api/v4/a",
            "https://api.vendor.com\\.evil.example/api/v4/a",
            "https:\\\\api.vendor.com\\api\\v4\\a",
            "https:/api.vendor.com/api/v4/a",
            "https:api.vendor.com/api/v4/a",
            "http://api.vendor.com/api/v4/a",
            "https://api.vendor.com:8443/api/v4/a",
            "https://api.vendor.com:0443/api/v4/a",
            "https://api.vendor.com:443x/api/v4/a",
            "https://api.vendor.com./api/v4/a",
            "https://api%2Evendor.com/api/v4/a",
            "https://api.vendor.com%00/api/v4/a",
            "https://api.vendor。com/api/v4/a",
            "https://ａpi.vendor.com/api/v4/a",
            "https://api.vendor.com/api/v40/a",
            "https://api.vendor.com/api/v4%2Fa",
            "https://api.vendor.com/api%2Fv4/a",
            "https://api.vendor.com/API/v4/a",
            "https://api.vendor.com/api/v4;x/a",
            "https://api.vendor.com/api//v4/a",
            "https://api.vendor.com//api/v4/a",
            "https://api.vendor.com/api/v4/../admin",
            "https://api.vendor.com/api/v4/%2e%2e/admin",
            "https://api.vendor.com/api/v4/%252e%252e/admin",
            "https://api.vendor.com/api/v4/a%00",
            "https://api.vendor.com/api/v4/a%5Cb",
            "https://api.vendor.com/api/v4/%zz",
            "https://api.vendor.com/api/v4/a\\b",
            "https://api.vendor.com/api/v4/a\tb",
            "https://api.vendor.com/api/v4/a\n",
            "https://api.vendor.com/api/v4/a?b=\r\nX: y",
            "\u{0}https://api.vendor.com/api/v4/a",
            " https://api.vendor.com/api/v4/a",
            "https://api.vendor.com/api/v4/a ",
            "see https://api.vendor.com/api/v4/a",
            "<https://api.vendor.com/api/v4/a>",
            "//api.vendor.com/api/v4/a",
            "/api/v4/a",
            "javascript://api.vendor.com/api/v4/a",
            "https://",
            "https:///api/v4/a",
            "",
        ]
    )
    func elsewhere(_ link: String) throws {
        #expect(try LinkRewriter.test().text(link) == nil)
    }

    @Test("that is too long to be one stays as it is")
    func long() throws {
        let short = "https://api.vendor.com/api/v4/" + String(repeating: "a", count: 16_000)
        #expect(try LinkRewriter.test().text(short) != nil)
        #expect(try LinkRewriter.test().text(short + short) == nil)
    }

    @Test("keeps what stands before the path in Keyway")
    func prefix() throws {
        let rewriter = try LinkRewriter.test(
            origin: "https://s3.eu-west-1.amazonaws.com",
            path: "",
            prefix: "/s3/eu-west-1"
        )
        #expect(rewriter.text("https://s3.eu-west-1.amazonaws.com/b/k") == LinkRewriter.proxy + "/s3/eu-west-1/b/k")
        #expect(rewriter.text("https://s3.eu-west-1.amazonaws.com") == LinkRewriter.proxy + "/s3/eu-west-1")
    }

    @Test("to a port that is not the scheme's needs that port")
    func port() throws {
        let rewriter = try LinkRewriter.test(origin: "http://127.0.0.1:8080", path: "/")
        #expect(rewriter.text("http://127.0.0.1:8080/a") == LinkRewriter.proxy + "/a")
        #expect(rewriter.text("http://127.0.0.1/a") == nil)
        #expect(rewriter.text("http://127.0.0.1:80801/a") == nil)
    }

    @Test("to a service of the domain is led by the service's name")
    func services() throws {
        let request = try #require(WebLink("https://storage.googleapis.com/storage/v1/b".utf8))
        let rewriter = LinkRewriter(
            scope: .services(domain: "googleapis.com"),
            request: request,
            proxy: LinkRewriter.proxy
        )
        #expect(
            rewriter.text("https://storage.googleapis.com/download/storage/v1/b/x/o/y?alt=media")
                == LinkRewriter.proxy + "/storage/download/storage/v1/b/x/o/y?alt=media"
        )
        #expect(rewriter.text("https://www.googleapis.com/storage/v1/b") == LinkRewriter.proxy + "/www/storage/v1/b")
        for link in [
            "http://storage.googleapis.com/a", "https://googleapis.com/a", "https://.googleapis.com/a",
            "https://a.storage.googleapis.com/a", "https://storage.googleapis.com:8443/a",
            "https://storage.googleapis.com.evil.example/a", "https://evilgoogleapis.com/a",
        ] {
            #expect(rewriter.text(link) == nil, "\(link)")
        }
    }
}

@Suite("A header with links")
struct LinkHeaderTests {
    @Test(
        "is rewritten, relative ones as well",
        arguments: [
            ("https://api.vendor.com/api/v4/jobs/1", "/jobs/1"),
            ("/api/v4/jobs/1?x", "/jobs/1?x"),
            ("//API.vendor.com/api/v4/a", "/a"),
            ("8", "/projects/8"),
            ("../users", "/users"),
            ("?page=2", "/projects/7?page=2"),
            ("#there", "/projects/7?page=1#there"),
        ]
    )
    func location(_ value: String, _ path: String) throws {
        #expect(try LinkRewriter.test().rewritten(header: "Location", of: value) == LinkRewriter.proxy + path)
    }

    @Test(
        "that lead elsewhere stays as it is",
        arguments: ["/api/v2/users", "../../../admin", "//evil.example/api/v4", "mailto:a@b", "https:/api/v4", ""]
    )
    func elsewhere(_ value: String) throws {
        #expect(try LinkRewriter.test().rewritten(header: "Location", of: value) == nil)
    }

    @Test("of several, is rewritten where a target stands")
    func link() throws {
        let before =
            #"<https://api.vendor.com/api/v4/p?page=2>; rel="next", "#
            + #"<https://evil.example/a>; title="a, <https://api.vendor.com/api/v4/x>; \"; b", "#
            + "</api/v4/p?page=9>;rel=last"
        let after =
            "<\(LinkRewriter.proxy)/p?page=2>; rel=\"next\", "
            + #"<https://evil.example/a>; title="a, <https://api.vendor.com/api/v4/x>; \"; b", "#
            + "<\(LinkRewriter.proxy)/p?page=9>;rel=last"
        #expect(try LinkRewriter.test().rewritten(header: "LINK", of: before) == after)
    }

    @Test(
        "that is malformed stays as it is",
        arguments: [
            "https://api.vendor.com/api/v4/a", "<https://api.vendor.com/api/v4/a", "<https://evil.example/>, x", "",
        ]
    )
    func malformed(_ value: String) throws {
        #expect(try LinkRewriter.test().rewritten(header: "Link", of: value) == nil)
    }

    @Test(
        "before what is malformed is rewritten",
        arguments: [#"; title="a"#, ", x", ", <https://api.vendor.com/api/v4/b", "; rel=next, https://evil.example/"]
    )
    func malformedEnd(_ rest: String) throws {
        let value = "<https://api.vendor.com/api/v4/a>" + rest
        #expect(try LinkRewriter.test().rewritten(header: "Link", of: value) == "<\(LinkRewriter.proxy)/a>" + rest)
    }

    @Test("keeps bytes that are no UTF-8")
    func latin1() throws {
        let title = Array("; title=caf".utf8) + [0xE9]
        let value = "<https://api.vendor.com/api/v4/a>".utf8 + title
        let expected = "<\(LinkRewriter.proxy)/a>".utf8 + title
        #expect(try LinkRewriter.test().rewritten(header: "Link", value: value) == Array(expected))
    }
}
