import Documents
import JSONReading
import Testing

@Suite("What is no JSON")
struct JSONSyntaxErrorTests {
    @Test("is refused for what it is, and never quoted", arguments: MalformedText.all)
    func refuses(text: MalformedText) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(text.bytes) }
        #expect(error?.kind == text.kind)
        let shown = "\(String(describing: error)) \(error?.description ?? "")"
        for part in ["S3CR3T", "S3C", "R3T"] {
            #expect(!shown.contains(part))
        }
    }

    @Test("is refused for each kind of fault")
    func allKindsAreTried() {
        #expect(Set(MalformedText.all.map(\.kind)) == Set(JSONSyntaxError.Kind.allCases))
    }

    @Test(
        "is told in words, with the place",
        arguments: [
            ("", "empty, where a JSON value is expected"),
            ("{\n  \"a\": 1,\n  \"é\": 2, \"a\": 3\n}", "duplicate member name at line 3, column 13"),
            ("[1,]", "not valid JSON at line 1, column 4"),
            ("[1", "unexpected end of input at line 1, column 2"),
            ("[1]\n 2", "text after the JSON value at line 2, column 2"),
            ("[\"é\",\n\"\u{0}\"]", "a NUL character at line 2, column 2"),
            ("\n[1e999]", "a number out of range at line 2, column 6"),
        ]
    )
    func tells(text: String, description: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONReader.read([UInt8](text.utf8)) }
        #expect(error?.description == description)
    }

    @Test("is told where it nests too deep, and where it is no UTF-8")
    func tellsPlaces() {
        let deep = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(nested("[", levels: 70)) }
        #expect(deep?.description == "nested deeper than 64 levels at line 1, column 65")
        let bytes: [UInt8] = Array("[\"é\n".utf8.dropLast()) + [0xff]
        let invalid = #expect(throws: JSONSyntaxError.self) { try JSONReader.read(bytes) }
        #expect(invalid?.kind == .invalidUTF8 && invalid?.offset == 4)
    }

    @Test("is every beginning of an object")
    func everyTruncation() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00é",true,null],"b":{"c":{}}}"#.utf8)
        #expect(throws: Never.self) { try JSONReader.read(text) }
        for count in 0..<text.count {
            #expect(throws: JSONSyntaxError.self, "\(count) bytes") { try JSONReader.read([UInt8](text.prefix(count))) }
        }
    }

    @Test("never upsets the reader, whatever bytes there are")
    func everyByteChanged() {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00é",true,null],"b":{"c":{}}}"#.utf8)
        for index in text.indices {
            for byte in UInt8.min...UInt8.max {
                var altered = text
                altered[index] = byte
                guard let value = try? JSONReader.read(altered) else { continue }
                #expect((try? JSONReader.read(JSONWriter.bytes(of: value))) == value)
            }
        }
    }
}
