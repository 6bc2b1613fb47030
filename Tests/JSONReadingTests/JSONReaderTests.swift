import Documents
import JSONReading
import Secrets
import Testing

@Suite("The JSON reader")
struct JSONReaderTests {
    @Test(
        "reads every kind of value, at the top as well",
        arguments: [
            ("null", .null), ("true", true), ("false", false), ("0", 0), ("-17", -17),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("1.5", .number(1.5)), ("1e2", .number(100)), ("1E+2", .number(100)),
            ("-0.5e-3", .number(-0.0005)), (#""""#, ""), (#""text""#, "text"), ("[]", []), ("{}", [:]),
            (" \t\r\n[ 1 , \"a\" ]\n", [1, "a"]), (#"{"a":{"b":[null]}}"#, ["a": ["b": [.null]]]),
        ] as [(String, JSONValue)]
    )
    func reads(text: String, value: JSONValue) throws {
        #expect(try JSONReader.read([UInt8](text.utf8)) == value)
    }

    @Test(
        "reads escapes",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (#""\u0041\u00e9\u20AC""#, "Aé€"),
            (#""\ud83d\ude00""#, "😀"),
            (#""\u007f\u0001""#, "\u{7f}\u{1}"),
        ]
    )
    func readsEscapes(text: String, string: String) throws {
        #expect(try JSONReader.read([UInt8](text.utf8)).text == JSONText(string))
    }

    @Test(
        "gives compact texts back as the writer wrote them",
        arguments: [
            #"{"data":{"attributes":{"name":"n","integration":{"type":"HTTP"}},"type":"action_connection"}}"#,
            #"{"z":1,"a":2,"m":{"y":[1,-2,3.5,true,false,null],"b":""},"":"empty name"}"#,
            #"["\"\\\n\r\t\u0001\u001f","é€😀","\#u{fffd}",[],{},[[]],[{}]]"#,
            #""only text""#, "12", "-1.25",
            // One composed and one decomposed letter are two names.
            "{\"\u{e9}\":1,\"e\u{301}\":2}",
        ]
    )
    func roundTrip(text: String) throws {
        #expect(try JSONWriter.bytes(of: JSONReader.read([UInt8](text.utf8))) == [UInt8](text.utf8))
    }

    @Test("keeps the members' order, however many there are")
    func order() throws {
        let names = (0..<1000).map { "m\(($0 * 7919) % 1000)" }
        let text = "{" + names.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        guard case .object(let members) = try JSONReader.read([UInt8](text.utf8)) else {
            Issue.record("an object was read as something else")
            return
        }
        #expect(members.map(\.name.string) == names)
        #expect(members.map { $0.value.text?.string } == names)
    }

    @Test("reads a buffer, and its strings outlive it")
    func readsBuffers() throws {
        func secret() throws -> Secret? {
            let text = Array(#"{"token":"marker"}"#.utf8)
            let buffer = text.withUnsafeBytes { SecretBuffer(copying: $0) }
            return try JSONReader.read(buffer)["token"]?.text?.secret
        }
        #expect(try secret()?.withBytes { [UInt8]($0) } == Array("marker".utf8))
    }

    @Test("reads 64 levels", arguments: ["[", #"{"a":"#])
    func readsDeep(opening: String) throws {
        let value = try JSONReader.read(nested(opening, levels: 64))
        #expect(JSONWriter.bytes(of: value) == nested(opening, levels: 64))
    }

    @Test("does not count brackets within strings as levels")
    func bracketsInStrings() throws {
        let brackets = String(repeating: "[{", count: 100)
        let text = #"["\#(brackets)\"\#(brackets)",1,"\#(brackets)"]"#
        #expect(try JSONReader.read([UInt8](text.utf8)) != .null)
    }

    @Test("reads on many threads at once")
    func concurrent() async {
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let text = #"{"index":\#(index),"list":["\#(index)"]}"#
                    let value = try? JSONReader.read([UInt8](text.utf8))
                    return value == ["index": .integer(Int64(index)), "list": [.string("\(index)")]]
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
