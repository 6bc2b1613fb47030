import Scrubbing
import Testing

@testable import Scrubbing

@Suite("An answer that comes in pieces")
struct StreamTests {
    /// The output after each piece.
    private func written(_ pieces: [String], _ patterns: ScrubPatterns) -> [String] {
        var scrubber = Scrubber(patterns)
        var written = pieces.map { piece in
            var output: [UInt8] = []
            Array(piece.utf8).withUnsafeBytes { scrubber.scrub($0, into: &output) }
            return String(decoding: output, as: UTF8.self)
        }
        var rest: [UInt8] = []
        scrubber.finish(into: &rest)
        written.append(String(decoding: rest, as: UTF8.self))
        return written
    }

    @Test(
        "is handed on at once, but for what may still become a secret",
        arguments: [
            (["text", " and more"], ["text", " and more", ""]),
            (["a sk-pr", "oj-0123456789", " b"], ["a ", "[keyway:redacted]", " b", ""]),
            (["a sk-pr", "ice", " b"], ["a ", "sk-price", " b", ""]),
            (["a sk-pr"], ["a ", "sk-pr"]),
            (["a %7", "3k-proj-0123456789"], ["a ", "[keyway:redacted]", ""]),
            (["a %7", "4"], ["a ", "%74", ""]),
            (["a \\", "u00", "41"], ["a ", "", "\\u0041", ""]),
            (["a \\ud83d", "\\ud", "e00"], ["a ", "", "\\ud83d\\ude00", ""]),
            (["a \\ud83d", "\\u0041", "b"], ["a ", "\\ud83d\\u0041", "b", ""]),
            (["a %"], ["a ", "%"]),
            (["a c2stcHJva", "i0wMTIzNDU2Nzg5 b"], ["a ", "[keyway:redacted] b", ""]),
        ]
    )
    func withheld(_ pieces: [String], expected: [String]) {
        #expect(written(pieces, patterns("sk-proj-0123456789")) == expected)
    }

    @Test("is not looked at closely where nothing in it looks like a secret, wherever it ends")
    func glances() {
        let patterns = patterns("sk-proj-0123456789", "another secret")
        let text = Array(#"{"object": "list", "data": [{"id": "model-1", "by": "x%21\n"}, {"id": "model-2"}]}"#.utf8)
        for count in 0...text.count {
            var scrubber = Scrubber(patterns)
            var output: [UInt8] = []
            Array(text[..<count]).withUnsafeBytes { scrubber.scrub($0, into: &output) }
            scrubber.finish(into: &output)
            #expect(output == Array(text[..<count]))
            let end = text[..<count].suffix(32)
            // Escapes at an end are always read.
            if !end.contains(UInt8(ascii: "%")), !end.contains(UInt8(ascii: "\\")) {
                #expect(scrubber.stepCount == 0, "\(count)")
            }
        }
    }

    @Test("is masked with any one of a secret's characters escaped, wherever it stands", arguments: 0..<9)
    func oneEscape(distance: Int) {
        let secret = "k7-PROJ_x9Zq"
        let patterns = patterns(secret, "another secret")
        let before = String(repeating: ".", count: distance)
        for index in secret.indices {
            let digits = String(secret.utf8[index], radix: 16)
            for escape in ["%\(digits)", "\\u00\(digits)"] {
                let text = secret[..<index] + escape + secret[secret.index(after: index)...]
                #expect(scrub(before + text, patterns) == before + ScrubMask.text, "\(index.utf16Offset(in: secret))")
            }
        }
    }

    @Test("ends with an escape that is none")
    func unfinishedEscapes() {
        #expect(scrub(#"%61bcdefg%4"#, patterns("abcdefg%4")) == "[keyway:redacted]")
        #expect(scrub(#"\u0061bcdefg\u00"#, patterns(#"abcdefg\u00"#)) == "[keyway:redacted]")
    }

    @Test("is read with its backslashes in pairs, however many come before an escape", arguments: 0..<20)
    func backslashes(count: Int) {
        let patterns = patterns("sk-proj-0123456789")
        for distance in 0..<20 {
            let before = String(repeating: "x", count: distance) + String(repeating: "\\", count: count)
            let text = before + #"\u0073k-proj-0123456789"#
            #expect(scrub(text, patterns) == (count % 2 == 0 ? before + ScrubMask.text : text), "\(distance)")
        }
    }

    @Test("is not read from the middle of an escape", arguments: 0..<20)
    func insideEscapes(distance: Int) {
        let before = String(repeating: "x", count: distance)
        // Read from the digits on, these would be the secrets.
        for (text, secret) in [
            (#"\u0041abcde\/fgh"#, "0041abcde/fgh"), (#"\u0041abcdef\/gh"#, "1abcdef/gh"),
            (#"\ud83d\u0041abcde\/fgh"#, "d0041abcde/fgh"),
            ("%41abcde%2Ffgh", "41abcde/fgh"), (#"\\\u0041abcde\/fgh"#, #"\0041abcde/fgh"#),
        ] {
            #expect(scrub(before + text, patterns(secret)) == before + text)
        }
    }

    @Test("passes unchanged if there is no secret to mask")
    func noPatterns() {
        #expect(scrub("sk-proj-0123456789 %41", ScrubPatterns([])) == "sk-proj-0123456789 %41")
    }

    @Test("never waits for more than the longest secret takes", arguments: [1, 7, 100, 4096])
    func bounded(pieceLength: Int) {
        let patterns = patterns(String(repeating: "a", count: 99) + "~")
        for (character, width) in [("a", 1), ("%61", 3), ("\\u0061", 6), ("61", 2), ("YWFh", 2)] {
            var scrubber = Scrubber(patterns)
            var output: [UInt8] = []
            var count = 0
            let text = Array(String(repeating: character, count: 1000).utf8)
            for start in stride(from: 0, to: text.count, by: pieceLength) {
                let piece = Array(text[start..<min(start + pieceLength, text.count)])
                piece.withUnsafeBytes { scrubber.scrub($0, into: &output) }
                count += piece.count
                #expect(count - output.count <= 100 * width, "\(character)")
            }
            scrubber.finish(into: &output)
            #expect(output.starts(with: text.dropLast(100 * width)))
        }
    }

    /// Texts that are almost full of secrets, with the secrets.
    static let adversaries: [(name: String, secret: String, unit: String)] = [
        ("repeated bytes", String(repeating: "a", count: 1000) + "b", "a"),
        ("repeated pairs", String(repeating: "ab", count: 500) + "c", "ab"),
        ("near matches", String(repeating: "a", count: 1000) + "b", String(repeating: "a", count: 999) + "c"),
        ("half matches", "0123456789abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuvwxy "),
        ("first bytes", "0123456789abcdef", "0123456 "),
        ("escapes", String(repeating: "%", count: 1000) + "b", "%25"),
        ("lone percent signs", String(repeating: "%", count: 1000) + "b", "%"),
        ("backslashes", String(repeating: "\\", count: 1000) + "b", "\\"),
        ("backslashes and a start", "abcdefghij", "\\\\\\\\\\\\\\\\\\abcd"),
        ("half surrogates", "😀😀😀😀b", "\\ud83d"),
        ("halves of escapes", "abcdefghij", "\\u006\\u006%6%6"),
        ("hexadecimal digits", String(repeating: "a", count: 1000) + "b", "61"),
        ("base64", String(repeating: "aaa", count: 300) + "b", "YWFh"),
    ]

    @Test("costs a number of steps that grows with its length alone", arguments: adversaries.indices)
    func linear(_ index: Int) {
        let (name, secret, unit) = Self.adversaries[index]
        func steps(_ count: Int) -> Int {
            var scrubber = Scrubber(patterns(secret))
            let text = Array(repeating: Array(unit.utf8), count: count / unit.utf8.count).joined()
            var output: [UInt8] = []
            var rest = Array(text)[...]
            while !rest.isEmpty {
                Array(rest.prefix(1000)).withUnsafeBytes { scrubber.scrub($0, into: &output) }
                rest = rest.dropFirst(1000)
            }
            return scrubber.stepCount
        }
        let count = steps(10_000)
        #expect(count > 0, "\(name): nothing of it is looked at closely")
        // Seven automata, none of which goes back further than it went forth. Without that, a secret of a thousand
        // bytes would make it a thousand times as many.
        #expect(count <= 10_000 * 7 * 2, "\(name)")
    }
}
