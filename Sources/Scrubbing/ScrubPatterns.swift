package import Secrets

/// The patterns that a ``Scrubber`` looks for: secrets in the writings in which a response may echo them.
///
/// A secret is found
/// - as it is;
/// - with any of its characters percent-encoded, in digits of either case, and with `+` for a space;
/// - with any of its characters escaped as in a JSON string, `\/`, `\n` and `\uXXXX` included;
/// - as hexadecimal digits of either case;
/// - within base64 of either alphabet, wherever in the encoded bytes it begins. There the characters are masked that
///   the secret alone decides. One character before these and one after may hold up to four bits of it each.
///
/// So are its forms (``Secrets/Secret/forms``): without the white space at its edges, and as Latin-1.
///
/// Where a text ends, a beginning of at least eight bytes of what is looked for is masked as well.
///
/// Secrets shorter than eight bytes are not looked for: they would be found in every second response. What else is not
/// found is listed in the threat model.
package struct ScrubPatterns: Sendable {
    /// Shorter secrets are not looked for.
    static let leastSecret = 8

    /// A beginning of a pattern that stands at the end of a text is masked from this length on, in bytes.
    static let leastPrefix = 8

    /// The secrets that are looked for, in each of their forms.
    private let secrets: [Secret]
    let index: CandidateIndex

    package var isEmpty: Bool { secrets.isEmpty }

    package init(_ secrets: [Secret]) {
        self.secrets = secrets.flatMap(\.forms).filter { $0.count >= Self.leastSecret }
        index = CandidateIndex(self.secrets)
    }

    /// A secret in a writing takes at most that number of bytes, with each of its characters escaped.
    package var longestWriting: Int {
        (secrets.map(\.count).max() ?? 0) * EscapeSyntax.longestOfByte
    }

    /// The readings of a text, each with all patterns that are looked for in it.
    func lanes() -> [Lane] {
        guard !secrets.isEmpty else { return [] }
        let longest = secrets.map(\.count).max() ?? 0
        let text = automaton(of: .text)
        return [
            Lane(.text, text, longestPattern: longest),
            Lane(.text, syntax: .percent, text, longestPattern: longest),
            Lane(.text, syntax: .json, text, longestPattern: longest),
            Lane(.hexadecimal, automaton(of: .hexadecimal), longestPattern: 2 * longest),
            Lane(.base64, automaton(of: .base64), longestPattern: 2 * longest),
        ]
    }

    private func automaton(of writing: Writing) -> Automaton {
        Automaton(
            secrets.flatMap { secret in
                (0..<writing.alignments).map { writing.pattern(of: secret, alignment: $0) }
            }
        )
    }

    /// Whether a secret may stand in a number of JSON.
    var mayBeNumber: Bool {
        index.mayBeNumber
            && secrets.contains { secret in
                Writing.allCases.contains { writing in
                    (0..<writing.alignments).contains { alignment in
                        writing.pattern(of: secret, alignment: alignment).withBytes { pattern in
                            pattern.allSatisfy(JSONPlace.mayStandInNumber)
                        }
                    }
                }
            }
    }
}

extension ScrubPatterns {
    /// Headers' values with their secrets masked.
    package func scrubbing(headers values: [String]) -> [String] {
        // As a rule one look at all of them tells that there are none.
        guard mayStand(in: values) else { return values }
        let lanes = lanes()
        return values.map { scrubbing(header: $0, by: lanes) }
    }

    /// Whether a secret may stand in one of the texts: a quick look, which may say so where none does.
    package func mayStand(in texts: [String]) -> Bool {
        guard !isEmpty else { return false }
        var all: [UInt8] = []
        all.reserveCapacity(texts.reduce(16) { $0 + $1.utf8.count + 1 })
        for text in texts {
            all.append(contentsOf: text.utf8)
            all.append(0)
        }
        // The index looks at whole words: with these none of the text is left over.
        all.append(contentsOf: repeatElement(0, count: 15))
        return all.withUnsafeBytes { index.candidate(in: $0, from: 0).isFound }
    }

    /// A header's value with its secrets masked, whatever character set it is in.
    package func scrubbing(header bytes: [UInt8]) -> [UInt8] {
        guard !isEmpty else { return bytes }
        var scrubber = Scrubber(self)
        var output: [UInt8] = []
        bytes.withUnsafeBytes { scrubber.scrub($0, into: &output) }
        scrubber.finish(into: &output)
        return output
    }

    /// A header's value with its secrets masked.
    package func scrubbing(header value: String) -> String {
        scrubbing(header: value, by: [])
    }

    private func scrubbing(header value: String, by lanes: [Lane]) -> String {
        guard !isEmpty else { return value }
        var value = value
        var scrubber = Scrubber(self, lanes: lanes)
        var output: [UInt8] = []
        value.withUTF8 { scrubber.scrub(UnsafeRawBufferPointer($0), into: &output) }
        scrubber.finish(into: &output)
        return scrubber.maskedCount == 0 ? value : String(decoding: output, as: UTF8.self)
    }
}

extension ScrubPatterns: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
