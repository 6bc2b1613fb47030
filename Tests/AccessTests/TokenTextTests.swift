import Access
import Documents
import Testing

@Suite("The text of a token")
struct TokenTextTests {
    private static let id = Identifier(high: 0x0123_4567_89ab_7def, low: 0x8123_4567_89ab_cdef)

    @Test("is made from 32 bytes as its digits in base 62, the last of them first")
    func derived() {
        let none = TokenText.new(.act, Self.id, from: [UInt8](repeating: 0, count: 32))
        #expect(none.dropLast(6).hasSuffix("_" + String(repeating: "0", count: 30)))
        let one = TokenText.new(.act, Self.id, from: [UInt8](repeating: 0, count: 30) + [1, 0])
        #expect(one.dropLast(6).hasSuffix("_84" + String(repeating: "0", count: 28)))
        for text in [none, one] { #expect(TokenText.kind(of: text) == .act) }
    }

    @Test("is read as what it was made for", arguments: TokenText.Kind.allCases)
    func kinds(kind: TokenText.Kind) {
        let text = TokenText.new(kind, Self.id)
        #expect(TokenText.kind(of: text) == kind)
        #expect(text.hasPrefix("\(kind.rawValue)_\(TokenText.alias(of: Self.id))_"))
        #expect(text.utf8.count == kind.rawValue.utf8.count + 60)
        #expect(TokenText.beginnings.contains { text.hasPrefix("\($0)") })
    }

    @Test("is another each time")
    func randomness() {
        #expect(Set((0..<100).map { _ in TokenText.new(.act, Self.id) }).count == 100)
    }

    @Test("is none once a character is changed, left out, added or moved")
    func mistakes() {
        let text = TokenText.new(.act, Self.id)
        for index in text.indices {
            var wrong = text
            wrong.replaceSubrange(index...index, with: text[index] == "a" ? "b" : "a")
            #expect(TokenText.kind(of: wrong) == nil)
            wrong = text
            wrong.remove(at: index)
            #expect(TokenText.kind(of: wrong) == nil)
        }
        for wrong in [text + "0", "x" + text, "", "kwa_", "kwa__", text + "\u{0}", String(text.reversed())] {
            #expect(TokenText.kind(of: wrong) == nil)
        }
    }

    @Test("has a checksum of ISO 3309 at its end")
    func checksum() {
        // As zlib has it.
        #expect(TokenText.kind(of: "kwa_0000000000000000000000_0000000000000000000000000000003o5e78") == .act)
    }
}

@Suite("The access key id of an act token")
struct AccessKeyIDTests {
    @Test("is 20 capitals and digits, and leads to the digests that begin alike")
    func roundTrip() throws {
        for _ in 0..<100 {
            let digest = KeyDigest(words: SIMD4((0..<4).map { _ in UInt64.random(in: 0...UInt64.max) }))
            let token = ActToken(
                id: Identifier(high: 1, low: 2),
                organization: Identifier(high: 1, low: 3),
                owner: Identifier(high: 1, low: 4),
                source: .accessToken(Identifier(high: 1, low: 5)),
                name: nil,
                digest: digest,
                limits: .init(connections: [Identifier(high: 1, low: 6)]),
                createdAt: Timestamp(microseconds: 1),
                expiresAt: Timestamp(microseconds: 2)
            )
            let text = token.accessKeyID
            #expect(text.utf8.count == 20)
            #expect(text.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) })
            let range = try #require(AccessKeyID.digests(of: text))
            #expect(range.contains(digest))
            #expect(range.lowerBound.words[0] == digest.words[0])
            #expect(range.lowerBound.words[1] >> 48 == digest.words[1] >> 48)
        }
    }

    @Test(
        "is none in another form",
        arguments: ["", "KWAA", "AKIAIOSFODNN7EXAMPLE", "KWAA0000000000000000", "KWAAAAAAAAAAAAAAAAAA1"]
    )
    func others(text: String) {
        #expect(AccessKeyID.digests(of: text) == nil)
    }
}
