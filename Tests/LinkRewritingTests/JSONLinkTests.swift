import Documents
import LinkRewriting
import Testing

@Suite("The links in JSON")
struct JSONLinkTests {
    private static let inside = "https://api.vendor.com/api/v4/a"
    private static let outside = LinkRewriter.proxy + "/a"

    private func rewrite(
        _ text: String,
        _ paths: [MemberPath],
        cutAt cuts: [Int] = []
    ) throws -> (text: String, count: Int) {
        var rewriter = JSONLinkRewriter(members: paths, rewriter: try .test())
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var start = 0
        for end in cuts + [bytes.count] {
            bytes[start..<end].withUnsafeBytes { rewriter.rewrite($0, into: &output) }
            start = end
        }
        rewriter.finish(into: &output)
        return (String(decoding: output, as: UTF8.self), rewriter.rewrittenCount)
    }

    /// Documents with `IN` where a link is rewritten, and `OUT` where the same link is not.
    static let documents = [
        #"{"nextLink":"IN"}"#,
        #"{"nextLink" : "IN" , "value":[]}"#,
        #"[{"nextLink":"IN"},{"nextLink":"IN"}]"#,
        #"{"a":{"b":[[{"nextLink":"IN"}]]},"nextLink":"IN"}"#,
        #"{"other":"OUT","nextLink":["OUT"],"x":"nextLink","y":"OUT"}"#,
        #"{"nextlink":"OUT","nextLink ":"OUT","nextLin":"OUT","nextLinks":"OUT","":"OUT"}"#,
        #"{"nextLink":{"nextLink":"IN","x":"OUT"}}"#,
        #"{"nextLink":null,"a":"OUT"}"#,
        #"{"nextLink":12.5e+3,"a":true,"b":[1,-2,false],"c":"OUT"}"#,
        #"{"nextLink":"see OUT"}"#,
        #"{"nextLink":"https://api.vendor.com.evil.example/api/v4/a"}"#,
        #"{"a":"\"nextLink\":\"OUT\""}"#,
        #"{"a\"nextLink":"OUT","nextLink":"IN"}"#,
        #"{"a":"\\","nextLink":"IN"}"#,
        #"{"links":{"next":"IN","self":"OUT"},"next":"OUT"}"#,
        #"{"links":[{"next":"IN"}],"x":{"links":{"y":{"next":"OUT"},"next":"IN"}}}"#,
        #"{"links":"OUT"}"#,
        #"{"data":"IN","x":{"data":"OUT"}}"#,
        #"[{"data":"IN"}]"#,
        #"{"data":{"data":"OUT"}}"#,
        #"{"_links":{"self":{"href":"IN"},"all":[{"href":"IN"}],"href":"OUT"},"href":"OUT"}"#,
        #"{"@odata.nextLink":"IN","@odata":{"nextLink":"IN","x":"OUT"}}"#,
        #""OUT""#,
        "{\"nextLink\":\"IN\"}\n{\"nextLink\":\"IN\"}\r\n\n7\n{\"data\":\"IN\"}\n",
        "\u{1E}{\"nextLink\":\"IN\"}\n\u{1E}{\"nextLink\":\"IN\"}\n",
        "\u{FEFF}{\"nextLink\":\"IN\"}",
        " \t\r\n",
        "",
    ]

    private func paths() throws -> [MemberPath] {
        try members("nextLink", #"@odata\.nextLink"#, "links.next", "$.data", "_links.*.href")
    }

    private func filled(_ document: String, _ link: String) -> String {
        let parts = document.replacing("OUT", with: Self.inside)
        return parts.replacing("IN", with: link)
    }

    @Test("are rewritten where they are declared, and nowhere else", arguments: documents)
    func places(_ document: String) throws {
        let (text, count) = try rewrite(filled(document, Self.inside), paths())
        #expect(text == filled(document, Self.outside))
        #expect(count == document.matches(of: /IN/).count)
    }

    @Test("are rewritten wherever the document is cut into pieces", arguments: documents)
    func pieces(_ document: String) throws {
        let before = filled(document, Self.inside)
        let after = filled(document, Self.outside)
        for cut in 0...before.utf8.count {
            #expect(try rewrite(before, paths(), cutAt: [cut]).text == after, "cut at \(cut)")
        }
        #expect(try rewrite(before, paths(), cutAt: Array(0...before.utf8.count)).text == after)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            let cuts = (0..<5).map { _ in Int.random(in: 0...before.utf8.count, using: &random) }.sorted()
            #expect(try rewrite(before, paths(), cutAt: cuts).text == after, "cut at \(cuts)")
        }
    }

    @Test(
        "are read with their escapes",
        arguments: [
            #"https:\/\/api.vendor.com\/api\/v4\/a"#,
            #"https\u003A//api.vendor.com/api/v4/a"#,
            #"\u0068ttps://api.vendor.com/\u0061pi/v4/a"#,
        ]
    )
    func escapes(_ link: String) throws {
        for name in ["nextLink", #"next\u004cink"#, #"n\u0065xtLink"#] {
            let (text, count) = try rewrite(#"{"\#(name)":"\#(link)","z":"\#(link)"}"#, paths())
            #expect(text == #"{"\#(name)":"\#(Self.outside)","z":"\#(link)"}"#)
            #expect(count == 1)
        }
    }

    @Test("keep what is escaped in their queries")
    func query() throws {
        let link = #"https:\/\/api.vendor.com/api/v4/a?q=\u00e9\ud83d\ude00\"\\&b=1"#
        let (text, _) = try rewrite(#"{"nextLink":"\#(link)"}"#, paths())
        #expect(text == #"{"nextLink":"\#(Self.outside)?q=é😀\"\\&b=1"}"#)
    }

    @Test(
        "stay as they are if an escape is malformed, or stands for a control character",
        arguments: [
            #"\x"#, #"\u00"#, #"\u00zz"#, #"\ud800"#, #"\ud800\u0041"#, #"\udc00"#, #"\n"#, #"\u0000"#, #"\u007f"#,
        ]
    )
    func malformedEscapes(_ escape: String) throws {
        let document = #"{"nextLink":"\#(Self.inside)?\#(escape)"}"#
        #expect(try rewrite(document, paths()).text == document)
    }

    @Test(
        "stay as they are from where the document is malformed",
        arguments: [
            "{", "]", #"{"a" "b","#, #"{"a":1 2,"#, #"{,"#, "[,", ")]}'", "{a:1,", "nope:", #"{"a":]"#, "[1}",
            #"{"a":}"#,
            #"{"a":1,}"#, "\u{A0}", "'x'", "for(;;);",
        ]
    )
    func malformed(_ start: String) throws {
        let document = start + #"{"nextLink":"\#(Self.inside)"}"#
        #expect(try rewrite(document, paths()).text == document)
        let good = #"{"nextLink":"\#(Self.inside)"}"# + "\n"
        #expect(try rewrite(good + document, paths()).count == 1)
    }

    @Test("that are cut off come out as they came")
    func cutOff() throws {
        for document in [
            #"{"nextLink":"\#(Self.inside)"#, #"{"nextLink":"\#(Self.inside)\"#, #"{"nextLi"#, #"{"nextLink":""#,
        ] {
            #expect(try rewrite(document, paths()).text == document)
        }
    }

    @Test("are found however deep, up to a bound, and however long what stands before them is")
    func bounds() throws {
        for (depth, count) in [(1, 1), (100, 1), (511, 1), (512, 0), (100_000, 0)] {
            let document =
                String(repeating: "[", count: depth) + #"{"nextLink":"\#(Self.inside)"}"#
                + String(repeating: "]", count: depth)
            #expect(try rewrite(document, paths()).count == count, "\(depth) deep")
        }
        let long = String(repeating: "x", count: 1_000_000)
        let document = #"{"\#(long)":"\#(long)","nextLink":"\#(long)","b":{"nextLink":"IN"}}"#
        let cuts = Array(stride(from: 0, to: 3_000_000, by: 16_384))
        let (text, count) = try rewrite(document.replacing("IN", with: Self.inside), paths(), cutAt: cuts)
        #expect(count == 1)
        #expect(text == document.replacing("IN", with: Self.outside))
    }

    @Test("are not held longer than a link is")
    func memory() throws {
        var rewriter = JSONLinkRewriter(members: try paths(), rewriter: try .test())
        var output: [UInt8] = []
        let start = Array(#"{"nextLink":""#.utf8)
        start.withUnsafeBytes { rewriter.rewrite($0, into: &output) }
        let piece = [UInt8](repeating: UInt8(ascii: "h"), count: 16_384)
        for _ in 0..<64 { piece.withUnsafeBytes { rewriter.rewrite($0, into: &output) } }
        #expect(output.count > 60 * 16_384)
    }
}

@Suite("A path of members")
struct MemberPathTests {
    @Test(
        "is names with dots",
        arguments: ["a", "a.b", "$.a", "_links.*.href", "*.a", "a.b.c.d", #"@odata\.nextLink"#, #"a\\b"#]
    )
    func valid(_ text: String) {
        #expect(MemberPath(text.utf8) != nil)
    }

    @Test("is nothing else", arguments: ["", ".", "a.", ".a", "a..b", "a.*", "*", "a.b.c.d.e", "a\n", #"a\b"#, #"a\"#])
    func invalid(_ text: String) {
        #expect(MemberPath(text.utf8) == nil)
    }
}
