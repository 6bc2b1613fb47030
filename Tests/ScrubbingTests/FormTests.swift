import Secrets
import Testing

@testable import Scrubbing

@Suite("A secret that a server changed before it echoed it")
struct FormTests {
    @Test(
        "is masked without the white space at its edges",
        arguments: [" ", "\t", "\r\n", " \t \n", "\u{B}\u{1F}", "\u{A0}", "\u{2003}\u{85}", "\0"],
        Encoding.allCases
    )
    func trimmed(_ blanks: String, _ encoding: Encoding) {
        let secret = "sk-proj-0123456789abcdef"
        let echo = Array("got:".utf8) + encoding.encode(secret) + Array(".".utf8)
        for stored in [blanks + secret, secret + blanks, blanks + secret + blanks] {
            #expect(firstDifference(echo, patterns(stored), expected: Array("got:".utf8) + mask + [0x2E]) == nil)
        }
    }

    @Test("is masked whole where its white space came back too", arguments: Encoding.allCases)
    func whole(_ encoding: Encoding) {
        let text = encoding.encode(" a secret of words ")
        #expect(scrub(text, patterns(" a secret of words ")) == mask)
    }

    @Test("is masked as Latin-1, and as UTF-8 that was read as Latin-1")
    func latin1() {
        let secret = "pässwörd-ñ-ÿ0"
        let patterns = patterns(secret)
        let latin1 = secret.unicodeScalars.map { UInt8($0.value) }
        #expect(scrub(latin1, patterns) == mask)
        #expect(scrub(Array(latin1.map { digits($0) }.joined().utf8), patterns) == mask)
        #expect(scrub(Array(latin1.map { "%" + digits($0) }.joined().utf8), patterns) == mask)
        #expect(scrub(base64(latin1, isPadded: false).dropLast() + [0x21], patterns).starts(with: mask))
        let misread = String(String.UnicodeScalarView(secret.utf8.map { Unicode.Scalar($0) }))
        for encoding in Encoding.allCases {
            #expect(scrub(encoding.encode(misread), patterns) == mask, "\(encoding)")
        }
    }
}

@Suite("A secret beyond ASCII")
struct CharacterSetTests {
    @Test("is masked where its bytes were read one by one and trimmed", arguments: ["à", "Å", "…\u{85}", "\u{A0}Ġ "])
    func trimmed(_ edge: String) {
        for secret in ["sk-proj-0123" + edge, edge + "sk-proj-0123"] {
            // As Python's `str.strip()` has it.
            let bytes = Array(secret.utf8)
            let isText = { (byte: UInt8) in !Unicode.Scalar(byte).properties.isWhitespace }
            let kept = bytes[(bytes.firstIndex(where: isText) ?? 0)...(bytes.lastIndex(where: isText) ?? 0)]
            let read = String(String.UnicodeScalarView(kept.map { Unicode.Scalar($0) }))
            for encoding in Encoding.allCases {
                let echo = Array("got:".utf8) + encoding.encode(read) + Array(".".utf8)
                #expect(firstDifference(echo, patterns(secret), expected: Array("got:".utf8) + mask + [0x2E]) == nil)
            }
            #expect(scrub(Array("<".utf8) + kept + Array(">".utf8), patterns(secret)) == [0x3C] + mask + [0x3E])
        }
    }

    @Test("is masked in windows-1252, and where it was read so")
    func windows() {
        let secret = "10 € – “Žluť” as pässword"
        let patterns = patterns(secret.replacing("ť", with: "t"))
        let written =
            Array("10 ".utf8) + [0x80, 0x20, 0x96, 0x20, 0x93, 0x8E] + Array("lut".utf8) + [0x94]
            + Array(" as p".utf8) + [0xE4] + Array("ssword".utf8)
        #expect(scrub(written, patterns) == mask)
        let read = "10 â‚¬ â€“ â€œÅ½lutâ€\u{9D} as pÃ¤ssword"
        for encoding in Encoding.allCases { #expect(scrub(encoding.encode(read), patterns) == mask, "\(encoding)") }
    }
}

@Suite("A text that is cut within a secret")
struct CutTests {
    @Test("shows seven bytes of it at most", arguments: Encoding.allCases)
    func cut(_ encoding: Encoding) {
        let secret = "sk-proj-0123456789abcdef"
        let text = Array("a ".utf8) + encoding.encode(secret)
        for end in 2...text.count {
            let output = scrub(Array(text[..<end]), patterns(secret))
            #expect(output == Array(text[..<end]) || output == Array("a ".utf8) + mask, "cut at \(end)")
            // With each of eight characters escaped by six bytes.
            if end > 2 + 48 { #expect(output.starts(with: Array("a ".utf8) + mask)) }
            let difference = firstDifference(Array(text[..<end]), patterns(secret), expected: output)
            #expect(difference == nil)
        }
        #expect(scrub(Array("sk-proj".utf8), patterns(secret)) == Array("sk-proj".utf8))
        #expect(scrub(Array("sk-proj-".utf8), patterns(secret)) == mask)
    }

    @Test("shows as little in base64", arguments: 0..<3)
    func base64(before: Int) {
        let secret = "sk-proj-0123456789abcdef"
        let text = ScrubbingTests.base64(Array(repeating: 0x61, count: before) + Array(secret.utf8))
        for end in 0...text.count {
            let output = scrub(Array(text[..<end]), patterns(secret))
            #expect(output == Array(text[..<min(end, (8 * before + 5) / 6 + 7)]) || output.contains(UInt8(ascii: "[")))
        }
    }
}

@Suite("A mask")
struct StyleTests {
    private func scrub(_ text: String, _ secrets: String..., style: ScrubStyle, pieces: Int = 1_000) -> String {
        var scrubber = Scrubber(ScrubPatterns(secrets.map { Secret(copying: $0.utf8) }), style: style)
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            Array(rest.prefix(pieces)).withUnsafeBytes { scrubber.scrub($0, into: &output) }
            rest = rest.dropFirst(pieces)
        }
        scrubber.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(
        "leaves a document of JSON one",
        arguments: [
            (#"{"id": 12345678901, "n": 1}"#, #"{"id": "[keyway:redacted]", "n": 1}"#),
            (#"{"id":"12345678901"}"#, #"{"id":"[keyway:redacted]"}"#),
            (#"{"12345678901":12345678901}"#, #"{"[keyway:redacted]":"[keyway:redacted]"}"#),
            (#"["\"12345678901",12345678901]"#, #"["\"[keyway:redacted]","[keyway:redacted]"]"#),
            ("12345678901", #""[keyway:redacted]""#),
            ("12345678901\n12345678901\n", "\"[keyway:redacted]\"\n\"[keyway:redacted]\"\n"),
            ("[-12345678901]", "[-1]"), ("[-12345678901.5]", "[-1.5]"), ("[9912345678901]", "[991]"),
            ("[123456789012]", "[12]"), ("[0.12345678901]", "[0.1]"), ("[1234.56789]", #"["[keyway:redacted]"]"#),
            ("[-1234.567890]", "[-1.10]"), ("[3132333435363738393031]", #"["[keyway:redacted]"]"#),
            (#"{"a":12345678901}12345678901"#, #"{"a":"[keyway:redacted]"}"[keyway:redacted]""#),
        ]
    )
    func json(_ text: String, _ expected: String) {
        for pieces in [1, 2, 3, 5, 7, 11, 1_000] {
            #expect(scrub(text, "12345678901", "1234.56789", style: .json, pieces: pieces) == expected)
        }
    }

    @Test(
        "leaves a document of JSON one where white space beside a number is the secret's",
        arguments: [
            ("[1, 12345678901 ]", #"[1, "[keyway:redacted]" ]"#), ("[1,12345678901 ]", #"[1,"[keyway:redacted]" ]"#),
            (#"{"a":12345678901 ,"b":"12345678901 "}"#, #"{"a":"[keyway:redacted]" ,"b":"[keyway:redacted]"}"#),
            ("[-12345678901 ]", "[-1 ]"), ("[12345678901]", #"["[keyway:redacted]"]"#),
        ]
    )
    func jsonWithBlanks(_ text: String, _ expected: String) {
        for pieces in [1, 2, 3, 5, 7, 11, 1_000] {
            #expect(scrub(text, "12345678901 ", style: .json, pieces: pieces) == expected)
        }
    }

    @Test("may have as many bytes as what it masks")
    func sameLength() {
        let text = #"a 0123456789abcdef b %30123456789abcdef c 0123456789abcdefghij d 01234567"#
        let expected = "a **************** b ****************** c ******************** d ********"
        for pieces in 1..<text.utf8.count {
            #expect(
                scrub(text, "0123456789abcdef", "89abcdefghij", style: .sameLength, pieces: pieces) == expected,
                "\(pieces)"
            )
        }
    }
}

@Suite("Many secrets")
struct ManySecretsTests {
    @Test(
        "cost as many steps as one, whatever the text",
        arguments: ["aaaaaaab", "%61aaaaaab", "\\u0061aaaaaab", "6161616161616162", "YWFhYWFhYWFi"]
    )
    func steps(_ unit: String) {
        let text = Array(repeating: Array(unit.utf8), count: 1_000).flatMap { $0 }
        func steps(_ count: Int) -> Int {
            let secrets = (0..<count).map { "aaaaaaac\(1_000_000 + $0)" }
            var scrubber = Scrubber(ScrubPatterns(secrets.map { Secret(copying: $0.utf8) }))
            var output: [UInt8] = []
            text.withUnsafeBytes { scrubber.scrub($0, into: &output) }
            return scrubber.stepCount
        }
        let one = steps(1)
        #expect(one > 0)
        #expect(steps(1_000) <= one + one / 10)
        #expect(one <= text.count * 5 * 2)
    }
}
