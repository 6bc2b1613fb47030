import Documents
import Secrets
import Testing

/// The word that stands in every value here, and that nothing may print.
private let marker = "MARKER"

@Suite("Printing, debugging or dumping")
struct PrintingTests {
    /// All that the standard library shows of a value.
    private func shown<Value>(_ value: Value) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        let mirrored = Mirror(reflecting: value).children.map { "\($0.label ?? "") \($0.value)" }.joined()
        return [dumped, mirrored, "\(value)", String(describing: value), String(reflecting: value)].joined(
            separator: " "
        )
    }

    private func gives(_ text: String) -> Bool { text.contains(marker) }

    private static var buffer: SecretBuffer {
        let bytes = Array(marker.utf8)
        return bytes.withUnsafeBytes { SecretBuffer(copying: $0) }
    }

    @Test("a secret gives nothing of it away")
    func secret() {
        let copied = Secret(copying: marker.utf8)
        #expect(copied.description == "<redacted>")
        #expect(!gives(shown(copied)))
        #expect(!gives(shown(Secret(Self.buffer))))
        #expect(!gives(shown(Optional(copied))))
        #expect(!gives(shown([copied])))
        #expect(!gives(shown(["key": copied])))
    }

    @Test("a secret buffer gives nothing of it away")
    func secretBuffer() {
        #expect(!gives(shown(Self.buffer)))
    }

    @Test("a text gives nothing of it away, wherever its characters lie")
    func text() {
        #expect(!gives(shown(JSONText(marker))))
        #expect(!gives(shown(JSONText(Self.buffer, offset: 0, count: marker.utf8.count))))
    }

    @Test("a JSON value gives nothing of its texts and names away")
    func value() {
        let value: JSONValue = .object([.init(JSONText(marker), [.string(marker), ["a": .string(marker)]])])
        #expect(!gives(shown(value)))
    }

    @Test("a parted document gives nothing away")
    func partedDocument() throws {
        let schema = DocumentSchema(type: "thing", attributes: [.secret("key", "Key"), .text("name", "Name")])
        let body: JSONValue = [
            "data": ["type": "thing", "attributes": ["key": .string(marker), "name": .string(marker)]]
        ]
        let parted = try schema.create(body, id: Identifier(high: 1, low: 2)) { $0 }
        #expect(!gives(shown(parted)))
        #expect(!gives(shown(parted.secrets)))
    }
}

@Suite("A secret")
struct SecretTests {
    @Test("lends the bytes it was made of")
    func lends() {
        let secret = Secret(copying: [1, 2, 3])
        #expect(secret.count == 3)
        #expect(secret.withBytes { Array($0) } == [1, 2, 3])
    }

    @Test("may be part of a buffer, or empty")
    func slices() {
        let buffer = SecretBuffer(count: 4) { $0.copyBytes(from: [1, 2, 3, 4]) }
        #expect(Secret(buffer, range: 1..<3).withBytes { Array($0) } == [2, 3])
        #expect(Secret(buffer, range: 4..<4).withBytes { $0.count } == 0)
        #expect(Secret(copying: []).withBytes { $0.count } == 0)
    }

    @Test("keeps its bytes when what they were copied from changes")
    func copies() {
        var bytes: [UInt8] = [1, 2]
        let secret = Secret(copying: bytes)
        bytes[0] = 9
        #expect(secret.withBytes { Array($0) } == [1, 2])
    }
}

@Suite("A JSON text")
struct JSONTextTests {
    private func slice(_ text: String, in surroundings: String = "<>") -> JSONText {
        let bytes = Array((String(surroundings.prefix(1)) + text + String(surroundings.suffix(1))).utf8)
        let buffer = bytes.withUnsafeBytes { SecretBuffer(copying: $0) }
        return JSONText(buffer, offset: 1, count: text.utf8.count)
    }

    @Test("is the same text as a slice of a buffer and as a string", arguments: ["", "a", "naïve 日本 🔑"])
    func slices(_ text: String) {
        #expect(slice(text) == JSONText(text))
        #expect(slice(text).string == text)
        #expect(slice(text).isEmpty == text.isEmpty)
        #expect(slice(text).secret.withBytes { Array($0) } == Array(text.utf8))
        #expect(JSONText(text).secret.withBytes { Array($0) } == Array(text.utf8))
    }

    @Test(
        "differs from texts of other bytes, even where Unicode calls them equivalent",
        arguments: [("a", "b"), ("a", "aa"), ("a", ""), ("\u{e9}", "e\u{301}"), ("A", "a")]
    )
    func differs(_ left: String, _ right: String) {
        #expect(JSONText(left) != JSONText(right))
        #expect(!(JSONText(left) == right))
    }

    @Test(
        "is compared without regard to the case of ASCII letters alone",
        arguments: [("X-Trace", "x-tRACE", true), ("É", "é", false), ("k", "\u{212a}", false), ("a[", "a{", false)]
    )
    func ignoresCase(_ left: String, _ right: String, areEqual: Bool) {
        #expect(JSONText(left).equalsIgnoringASCIICase(JSONText(right)) == areEqual)
    }
}
