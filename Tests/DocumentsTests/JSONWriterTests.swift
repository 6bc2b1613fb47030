import Documents
import Testing
import TestSupport

@Suite("The JSON writer")
struct JSONWriterTests {
    private func json(_ value: JSONValue) -> String {
        String(decoding: JSONWriter.bytes(of: value), as: UTF8.self)
    }

    @Test(
        "writes compact JSON in the order of the members",
        arguments: [
            (.null, "null"),
            (true, "true"),
            (false, "false"),
            (0, "0"),
            (-42, "-42"),
            (.integer(.max), "9223372036854775807"),
            (.integer(.min), "-9223372036854775808"),
            (.number(1.5), "1.5"),
            (.number(-0.25), "-0.25"),
            (.number(1e300), "1e+300"),
            ("", #""""#),
            ([], "[]"),
            ([1, [2], .null], "[1,[2],null]"),
            (.object([]), "{}"),
            (["b": 1, "a": ["z": [], "y": "x"]], #"{"b":1,"a":{"z":[],"y":"x"}}"#),
        ] as [(JSONValue, String)]
    )
    func writes(_ value: JSONValue, as text: String) {
        #expect(json(value) == text)
    }

    @Test(
        "escapes what RFC 8259 asks for and nothing else",
        arguments: [
            ("\"", #""\"""#),
            ("\\", #""\\""#),
            ("/", #""/""#),
            ("\n\r\t", #""\n\r\t""#),
            ("\0", #""\u0000""#),
            ("\u{8}\u{c}", #""\u0008\u000c""#),
            ("\u{1b}\u{1f}", #""\u001b\u001f""#),
            ("\u{7f}", "\"\u{7f}\""),
            ("é\u{2028}日🔑", "\"é\u{2028}日🔑\""),
            ("e\u{301}", "\"e\u{301}\""),
            ("\"\u{301}\\\u{301}", "\"\\\"\u{301}\\\\\u{301}\""),
        ]
    )
    func escapes(_ text: String, as json: String) {
        #expect(Array(self.json(.string(text)).unicodeScalars) == Array(json.unicodeScalars))
    }

    @Test("escapes the names of members as it does texts")
    func escapesNames() {
        #expect(json(["a\"b\n": 1]) == #"{"a\"b\n":1}"#)
    }

    @Test("passes on what is JSON already")
    func raw() {
        var writer = JSONWriter()
        writer.write(raw: #"{"data":"#)
        writer.write(raw: Array("[1]".utf8))
        writer.write(raw: "}")
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"data":[1]}"#)
    }
}
