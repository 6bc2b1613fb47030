package import Secrets

/// What a ``Scrubber`` looks for: secrets in the writings that an answer may echo them in.
///
/// A secret is found
/// - as it is;
/// - with any of its characters percent-encoded, in digits of either case, and with `+` for a space;
/// - with any of its characters escaped as in a JSON string, `\/`, `\n` and `\uXXXX` included;
/// - as hexadecimal digits of either case;
/// - within base64 of either alphabet, wherever in the encoded bytes it begins. There the characters are masked that
///   the secret alone decides. One character before these and one after may hold up to four bits of it each.
///
/// Secrets shorter than eight bytes are not looked for: they would be found in every second answer. What else is not
/// found is listed in the threat model.
package struct ScrubPatterns: Sendable {
    /// Shorter secrets are not looked for.
    static let leastSecret = 8

    /// The patterns of each writing, one after the other, in the order of ``Writing/allCases``.
    let patterns: [Pattern]
    /// How many secrets are looked for.
    let secretCount: Int
    /// The length of the longest secret.
    let longestSecret: Int
    /// All patterns' bytes.
    let bytes: SecretBuffer
    /// For each byte of a pattern, as an `Int32`: how many bytes of the pattern's start end there as well (the failure
    /// function of Knuth, Morris and Pratt).
    let links: SecretBuffer
    let index: CandidateIndex

    package var isEmpty: Bool { secretCount == 0 }

    package init(_ secrets: [Secret]) {
        let secrets = secrets.filter { $0.count >= Self.leastSecret }
        var patterns: [Pattern] = []
        var count = 0
        for writing in Writing.allCases {
            for secret in secrets {
                for alignment in 0..<writing.alignments {
                    let pattern = Pattern(
                        offset: count,
                        count: writing.count(ofSecret: secret.count, alignment: alignment)
                    )
                    patterns.append(pattern)
                    count += pattern.count
                }
            }
        }
        let bytes = SecretBuffer(count: count) { memory in
            var next = patterns.startIndex
            for writing in Writing.allCases {
                for secret in secrets {
                    for alignment in 0..<writing.alignments {
                        let pattern = patterns[next]
                        let output = memory[pattern.offset..<pattern.offset + pattern.count]
                        secret.withBytes {
                            writing.write(
                                $0,
                                alignment: alignment,
                                to: UnsafeMutableRawBufferPointer(rebasing: output)
                            )
                        }
                        next += 1
                    }
                }
            }
        }
        self.patterns = patterns
        self.secretCount = secrets.count
        self.longestSecret = secrets.map(\.count).max() ?? 0
        self.bytes = bytes
        self.links = SecretBuffer(count: count * MemoryLayout<Int32>.stride) { memory in
            let links = memory.bindMemory(to: Int32.self)
            for pattern in patterns { Self.link(pattern, of: bytes, into: links) }
        }
        self.index = CandidateIndex(patterns, secretCount: secrets.count, bytes: bytes)
    }

    private static func link(_ pattern: Pattern, of bytes: SecretBuffer, into links: UnsafeMutableBufferPointer<Int32>)
    {
        let text = bytes.bytes
        var matched = 0
        for position in 1..<pattern.count {
            let byte = text[pattern.offset + position]
            while matched > 0, text[pattern.offset + matched] != byte {
                matched = Int(links[pattern.offset + matched - 1])
            }
            if text[pattern.offset + matched] == byte { matched += 1 }
            links[pattern.offset + position] = Int32(matched)
        }
    }

    /// The patterns of a writing.
    func range(of writing: Writing) -> Range<Int> {
        switch writing {
        case .text: 0..<secretCount
        case .hexadecimal: secretCount..<2 * secretCount
        case .base64: 2 * secretCount..<5 * secretCount
        }
    }
}

extension ScrubPatterns {
    /// Headers' values with their secrets masked.
    package func scrubbing(headers values: [String]) -> [String] {
        // As a rule one look at all of them tells that there are none.
        guard mayStand(in: values) else { return values }
        return values.map { scrubbing(header: $0) }
    }

    /// Whether a secret may stand in one of the texts.
    private func mayStand(in texts: [String]) -> Bool {
        guard !isEmpty else { return false }
        var all: [UInt8] = []
        all.reserveCapacity(texts.reduce(16) { $0 + $1.utf8.count + 1 })
        for text in texts {
            all.append(contentsOf: text.utf8)
            all.append(0)
        }
        let count = all.count
        // The index looks at whole words: with these none of the text is left over.
        all.append(contentsOf: repeatElement(0, count: 15))
        return all.withUnsafeBytes { index.candidate(in: $0, from: 0) } < count
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
        guard !isEmpty else { return value }
        var value = value
        var scrubber = Scrubber(self)
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
