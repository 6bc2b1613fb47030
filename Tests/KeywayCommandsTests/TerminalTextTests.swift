import Testing

@testable import KeywayCommands

@Suite("Bytes from elsewhere, on a terminal")
struct TerminalTextTests {
    private static func shown(_ pieces: [[UInt8]]) -> String {
        var text = TerminalText()
        let shown = pieces.flatMap { text.printable($0) } + text.rest()
        return String(decoding: shown, as: UTF8.self)
    }

    @Test(
        "show as what they are, but command nothing",
        arguments: [
            ("plain\ttext\n", "plain\ttext\n"), ("ü€😀", "ü€😀"), ("a\r\nb\r\n", "a\nb\n"), ("a\rb", "a\\u{d}b"),
            ("\u{1b}[2Ja", "\\u{1b}[2Ja"), ("\u{9b}1m", "\\u{9b}1m"), ("\u{202e}a", "\\u{202e}a"), ("a\r", "a\\u{d}"),
            ("\0\u{7f}", "\\u{0}\\u{7f}"),
        ]
    )
    func escaped(_ text: String, _ expected: String) {
        let bytes = Array(text.utf8)
        #expect(Self.shown([bytes]) == expected)
        // Wherever they are cut.
        #expect(Self.shown(bytes.map { [$0] }) == expected)
        for index in bytes.indices {
            #expect(Self.shown([Array(bytes[..<index]), Array(bytes[index...])]) == expected)
        }
    }

    @Test(
        "that are no text are replaced",
        arguments: [[0xFF, 0x41], [0x41, 0xC3], [0xE2, 0x82, 0x41], [0x80]] as [[UInt8]]
    )
    func noText(_ bytes: [UInt8]) {
        let shown = Self.shown([bytes])
        #expect(shown.contains("\u{FFFD}"))
        #expect(shown.contains("A") == bytes.contains(0x41))
        #expect(Self.shown(bytes.map { [$0] }).contains("\u{FFFD}"))
    }
}
