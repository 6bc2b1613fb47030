import Scrubbing
import Testing

/// The texts around a secret.
private let surroundings: [(before: String, after: String)] = [
    ("", ""), ("some text before it: ", ""),
    (#"{"message":"the key "#, #" is wrong","n":"\u0041\\%41%%4"}"#), (#"\\"#, "%"), ("%2 ", "=="),
]

private let samples = [
    "sk-proj-0123456789abcdef", "8 bytes!", #"p/s"w \n%41+é€😀 and "# + "\n\t#", "%25%25%25%2525", "+ a + b+c",
    "zäöüzäöü", "aaaaaaaaaaaab",
]

@Suite("A secret in an answer")
struct EncodingTests {
    @Test(
        "is masked in each encoding, wherever it stands and however the answer is split",
        arguments: Encoding.allCases,
        samples
    )
    func masked(_ encoding: Encoding, secret: String) {
        let patterns = patterns("another secret", secret)
        for (before, after) in surroundings {
            // A hexadecimal digit before hexadecimal digits is as good as any other text.
            let text = Array(before.utf8) + encoding.encode(secret) + Array(after.utf8)
            let expected = Array(before.utf8) + mask + Array(after.utf8)
            // A lone backslash or percent sign before an escape changes what the escape says.
            let isChanged = !before.isEmpty && "%\\".utf8.contains(before.utf8.last ?? 0) && encoding != .asItIs
            guard !isChanged else { continue }
            let difference = firstDifference(text, patterns, expected: expected)
            #expect(difference == nil, "\(encoding) between \(before.debugDescription) and \(after.debugDescription)")
        }
    }

    @Test(
        "is masked within base64, but for the characters that what stands beside it decides too",
        arguments: [standardAlphabet, urlSafeAlphabet],
        [true, false]
    )
    func base64Interior(_ alphabet: String, isPadded: Bool) {
        for secret in samples {
            for before in 0..<6 {
                for after in 0..<3 {
                    /// The encoded bytes with that byte before and behind the secret.
                    func text(filler: UInt8) -> [UInt8] {
                        let filler = { Array(repeating: filler, count: $0) }
                        return base64(
                            filler(before) + Array(secret.utf8) + filler(after),
                            alphabet: alphabet,
                            isPadded: isPadded
                        )
                    }
                    // The characters that are the same whatever stands beside the secret.
                    let one = text(filler: 0)
                    let other = text(filler: 0xFF)
                    let start = before == 0 ? 0 : (8 * before + 5) / 6
                    let end = 8 * (before + secret.utf8.count) / 6
                    #expect(one[start..<end] == other[start..<end])
                    for text in [one, other] {
                        let expected = text[..<start] + mask + text[end...]
                        let difference = firstDifference(text, patterns(secret), expected: Array(expected))
                        #expect(difference == nil, "\(before) bytes before, \(after) behind")
                    }
                }
            }
        }
    }

    @Test("is masked as often as it stands there")
    func several() {
        let secret = "sk-proj-0123456789abcdef"
        var text: [UInt8] = []
        var expected: [UInt8] = []
        for encoding in Encoding.allCases {
            text += encoding.encode(secret) + Array(", ".utf8)
            expected += mask + Array(", ".utf8)
        }
        #expect(scrub(text, patterns(secret)) == expected)
        var scrubber = Scrubber(patterns(secret))
        var output: [UInt8] = []
        text.withUnsafeBytes { scrubber.scrub($0, into: &output) }
        scrubber.finish(into: &output)
        #expect(scrubber.maskedCount == Encoding.allCases.count)
    }

    @Test(
        "is no other text",
        arguments: [
            "sk-proj-0123456789abcde", "sk-proj-0123456789abcdEf", "k-proj-0123456789abcdef",
            "sk-proj-\n0123456789abcdef",
            #"sk-proj-\0123456789abcdef"#, "sk-proj-%0123456789abcdef", #"sk-proj-\u003\u00300123456789abcdef"#,
            #"\\u0073k-proj-0123456789abcdef"#, "%%2573k-proj-0123456789abcdef",
            "736b2d70726f6a2d30313233343536373839616263646",
        ]
    )
    func others(_ text: String) {
        #expect(scrub(text + " ", patterns("sk-proj-0123456789abcdef")) == text + " ")
    }

    @Test("is masked if it has eight bytes, and left alone if it is shorter")
    func shortSecrets() {
        #expect(scrub("a 1234567 b", patterns("1234567")) == "a 1234567 b")
        #expect(patterns("1234567", "").isEmpty)
        #expect(scrub("a 12345678 b", patterns("1234567", "12345678")) == "a [keyway:redacted] b")
        #expect(scrub("a é€😀 b", patterns("é€😀")) == "a [keyway:redacted] b")
    }

    @Test("is masked with the other secrets that it overlaps, as one, and beside them, each")
    func overlapping() {
        let patterns = patterns("abcdefgh", "efghijkl", "cdefghijklmnop", "01234567")
        #expect(scrub("<abcdefghijkl>", patterns) == "<[keyway:redacted]>")
        #expect(scrub("<abcdefghijklmnop>", patterns) == "<[keyway:redacted]>")
        #expect(scrub("<abcdefgh01234567>", patterns) == "<[keyway:redacted][keyway:redacted]>")
        #expect(scrub("<abcdefghabcdefgh>", patterns) == "<[keyway:redacted][keyway:redacted]>")
        #expect(firstDifference(Array("abcdefghijklmnop".utf8), patterns, expected: mask) == nil)
        #expect(scrub(String(repeating: "ab", count: 999), Self.repeating) == "[keyway:redacted]")
    }

    private static let repeating = patterns("abababab")

    @Test("is masked in a header")
    func headers() {
        let patterns = patterns("sk-proj-0123456789")
        #expect(patterns.scrubbing(header: "Bearer sk-proj-0123456789") == "Bearer [keyway:redacted]")
        #expect(
            patterns.scrubbing(header: "https://a.example/?key=sk%2Dproj-0123456789&b")
                == "https://a.example/?key=[keyway:redacted]&b"
        )
        #expect(patterns.scrubbing(header: "text/plain; é") == "text/plain; é")
        #expect(patterns.scrubbing(header: "") == "")
        #expect(ScrubPatterns([]).scrubbing(header: "sk-proj-0123456789") == "sk-proj-0123456789")
    }

    @Test("does not show in what its patterns print")
    func printing() {
        let patterns = patterns("sk-proj-0123456789")
        var dumped = "\(patterns) \(String(reflecting: patterns))"
        dump(patterns, to: &dumped)
        #expect(!dumped.contains("115") && !dumped.contains("sk-"))
    }
}
