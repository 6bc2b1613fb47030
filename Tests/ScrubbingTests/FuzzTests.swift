import Secrets
import Testing

@testable import Scrubbing

/// The same response by the simplest means: every reading of the whole text, searched at every place.
private enum Reference {
    /// A character of a reading, and where it stands in the text.
    private struct Character {
        let value: UInt8?
        let place: Range<Int>
    }

    static func scrub(_ text: [UInt8], _ secrets: [[UInt8]]) -> [UInt8] {
        var isMasked = Array(repeating: false, count: text.count)
        // Whether a mask goes on from the byte before.
        var goesOn = isMasked
        for (reading, pattern) in searches(text, secrets) where reading.count >= pattern.count {
            for start in 0...reading.count - pattern.count {
                let candidate = reading[start..<start + pattern.count]
                guard candidate.map(\.value) == pattern else { continue }
                let place = candidate[start].place.lowerBound..<candidate[start + pattern.count - 1].place.upperBound
                for position in place { isMasked[position] = true }
                for position in place.dropFirst() { goesOn[position] = true }
            }
        }
        // The end of a text that was cut, perhaps within an escape.
        var cut = text.count
        for escaped in 0..<min(12, text.count + 1) {
            let kept = Array(text.dropLast(escaped))
            let end = String(decoding: text.suffix(escaped), as: UTF8.self)
            let isPercent = end.wholeMatch(of: /%[0-9a-fA-F]?/) != nil
            let isJSON = end.wholeMatch(of: startOfJSONEscape) != nil && isEscape(atEndOf: kept)
            guard escaped == 0 || isPercent || isJSON else { continue }
            for (number, (reading, pattern)) in searches(kept, secrets).enumerated() {
                // Of the readings of each secret the second and the third read escapes.
                let isRead =
                    switch number % 7 {
                    case _ where escaped == 0: true
                    case 1: isPercent
                    case 2: isJSON
                    default: false
                    }
                guard isRead, min(pattern.count - 1, reading.count) >= 8 else { continue }
                for count in 8...min(pattern.count - 1, reading.count) {
                    if reading.suffix(count).map(\.value) == Array(pattern.prefix(count)) {
                        cut = min(cut, reading[reading.count - count].place.lowerBound)
                    }
                }
            }
        }
        for position in cut..<text.count { isMasked[position] = true }
        for position in (cut..<text.count).dropFirst() { goesOn[position] = true }
        var output: [UInt8] = []
        for (position, byte) in text.enumerated() {
            if !isMasked[position] { output.append(byte) } else if !goesOn[position] { output += mask }
        }
        return output
    }

    private static var startOfJSONEscape: Regex<Substring> {
        /\\(?:u[0-9a-fA-F]{0,3})?|\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?/
    }

    /// Whether a backslash that comes next would not be the second one of an escape.
    private static func isEscape(atEndOf text: [UInt8]) -> Bool {
        text.reversed().prefix { $0 == UInt8(ascii: "\\") }.count.isMultiple(of: 2)
    }

    /// Each reading with each pattern that it is searched for.
    private static func searches(_ text: [UInt8], _ secrets: [[UInt8]]) -> [([Character], [UInt8?])] {
        let plain = text.indices.map { Character(value: text[$0], place: $0..<$0 + 1) }
        let readings = [plain, percent(text), json(text)].map { fold($0, ["+": " "]) }
        let hexadecimal = fold(
            plain,
            Dictionary(uniqueKeysWithValues: zip("ABCDEF".unicodeScalars, "abcdef".unicodeScalars))
        )
        let encoded = fold(plain, ["-": "+", "_": "/"])
        return secrets.filter { $0.count >= 8 }.flatMap { secret -> [([Character], [UInt8?])] in
            let folded = secret.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
            let hexadecimalDigits = secret.map { digits($0) }.joined()
            let interiors = (0..<3).map { before -> [UInt8?] in
                let text = base64(Array(repeating: 0, count: before) + secret + [0, 0, 0])
                return Array(text[(8 * before + 5) / 6..<8 * (before + secret.count) / 6])
            }
            return readings.map { ($0, folded) } + [(hexadecimal, Array(hexadecimalDigits.utf8))]
                + interiors.map { (encoded, $0) }
        }
    }

    private static func fold(_ reading: [Character], _ spellings: [Unicode.Scalar: Unicode.Scalar]) -> [Character] {
        reading.map { character in
            guard let value = character.value, let other = spellings[Unicode.Scalar(value)] else { return character }
            return Character(value: UInt8(ascii: other), place: character.place)
        }
    }

    private static func percent(_ text: [UInt8]) -> [Character] {
        var reading: [Character] = []
        var position = 0
        while position < text.count {
            var length = 1
            var value = text[position]
            if value == UInt8(ascii: "%"), let decoded = number(text, position + 1, 2) {
                value = UInt8(decoded)
                length = 3
            }
            reading.append(Character(value: value, place: position..<position + length))
            position += length
        }
        return reading
    }

    private static func json(_ text: [UInt8]) -> [Character] {
        let short: [Unicode.Scalar: UInt8] = [
            "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
        ]
        var reading: [Character] = []
        var position = 0
        while position < text.count {
            var length = 1
            var values: [UInt8?] = [text[position]]
            if text[position] == UInt8(ascii: "\\"), position + 1 < text.count {
                if let value = short[Unicode.Scalar(text[position + 1])] {
                    values = [value]
                    length = 2
                } else if text[position + 1] == UInt8(ascii: "u"), let unit = number(text, position + 2, 4) {
                    length = 6
                    values = Unicode.Scalar(unit).map { Array(String($0).utf8) } ?? [nil]
                    if 0xD800..<0xDC00 ~= unit, position + 11 < text.count,
                        text[position + 6..<position + 8] == [0x5C, UInt8(ascii: "u")],
                        let low = number(text, position + 8, 4), 0xDC00..<0xE000 ~= low
                    {
                        length = 12
                        values = Array(String(decoding: [UInt16(unit), UInt16(low)], as: UTF16.self).utf8)
                    }
                }
            }
            reading += values.map { Character(value: $0, place: position..<position + length) }
            position += length
        }
        return reading
    }

    private static func number(_ text: [UInt8], _ start: Int, _ count: Int) -> UInt32? {
        guard start + count <= text.count else { return nil }
        let digits = text[start..<start + count]
        guard digits.allSatisfy({ Swift.Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}

@Suite("Random answers")
struct FuzzTests {
    private static let alphabets = ["ab", "a%\\u41", "a+ /-_", "0123456789abcdef", "kéy€😀\"\n\\/%+"]

    private func secret(_ generator: inout SeededGenerator) -> String {
        let alphabet = Array((Self.alphabets.randomElement(using: &generator) ?? "").unicodeScalars)
        var secret = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 4...20, using: &generator) {
            secret.append(contentsOf: alphabet.randomElement(using: &generator).map { [$0] } ?? [])
        }
        return String(secret)
    }

    /// Secrets in any encoding, whole or cut, with something between them.
    private func text(_ secrets: [String], _ generator: inout SeededGenerator) -> [UInt8] {
        var text: [UInt8] = []
        let noise = [
            "", "a", "%", "\\", "\\\\", "\\u", "\\ud83d", "+", "%4", "ab", " ", "\\u00", "=", "text of words ",
        ]
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            let secret = secrets.randomElement(using: &generator) ?? ""
            var encoded = (Encoding.allCases.randomElement(using: &generator) ?? .asItIs).encode(secret)
            if Int.random(in: 0..<4, using: &generator) == 0 {
                let before = [UInt8](repeating: 0x61, count: Int.random(in: 0...3, using: &generator))
                encoded = base64(
                    before + Array(secret.utf8),
                    alphabet: Bool.random(using: &generator) ? standardAlphabet : urlSafeAlphabet
                )
            }
            if Int.random(in: 0..<3, using: &generator) == 0 {
                encoded = Array(encoded.dropLast(Int.random(in: 0...encoded.count / 2, using: &generator)))
            }
            if Int.random(in: 0..<6, using: &generator) == 0 {
                encoded = Array(encoded.dropFirst(Int.random(in: 0...encoded.count / 2, using: &generator)))
            }
            text += encoded + Array((noise.randomElement(using: &generator) ?? "").utf8)
        }
        return text
    }

    @Test("are scrubbed as the simplest code would, however they are split", arguments: 0..<20)
    func agrees(seed: Int) {
        var generator = SeededGenerator(state: UInt64(seed))
        for round in 0..<15 {
            let secrets = (0..<Int.random(in: 1...4, using: &generator)).map { _ in secret(&generator) }
            let text = text(secrets, &generator)
            let patterns = ScrubPatterns(secrets.map { Secret(copying: $0.utf8) })
            let forms = secrets.flatMap { Secret(copying: $0.utf8).forms }
            let expected = Reference.scrub(text, forms.map { $0.withBytes { Array($0) } })
            var pieces: [Int] = []
            while pieces.reduce(0, +) < text.count { pieces.append(Int.random(in: 0...40, using: &generator)) }
            #expect(scrub(text, patterns) == expected, "round \(round), as a whole")
            #expect(scrub(text, patterns, pieces: pieces) == expected, "round \(round), in pieces")
        }
    }
}
