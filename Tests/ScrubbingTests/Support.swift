import Secrets

@testable import Scrubbing

let mask = Array(ScrubMask.text.utf8)

func patterns(_ secrets: String...) -> ScrubPatterns {
    ScrubPatterns(secrets.map { Secret(copying: $0.utf8) })
}

/// Scrubs a text that comes in pieces of those lengths, and then in one.
func scrub(_ text: [UInt8], _ patterns: ScrubPatterns, pieces: [Int] = []) -> [UInt8] {
    var scrubber = Scrubber(patterns)
    var output: [UInt8] = []
    var rest = text[...]
    for count in pieces + [text.count] {
        // A copy, so that what is read beyond a piece is not the text.
        Array(rest.prefix(count)).withUnsafeBytes { scrubber.scrub($0, into: &output) }
        rest = rest.dropFirst(count)
    }
    scrubber.finish(into: &output)
    return output
}

func scrub(_ text: String, _ patterns: ScrubPatterns) -> String {
    String(decoding: scrub(Array(text.utf8), patterns), as: UTF8.self)
}

/// Finds the first way in which the output differs when a text comes otherwise than in one piece.
func firstDifference(_ text: [UInt8], _ patterns: ScrubPatterns, expected: [UInt8]) -> String? {
    if scrub(text, patterns) != expected { return "as a whole" }
    for split in 0...text.count where scrub(text, patterns, pieces: [split]) != expected { return "split at \(split)" }
    for length in [1, 3] {
        let pieces = Array(repeating: length, count: text.count / length)
        if scrub(text, patterns, pieces: pieces) != expected { return "in pieces of \(length)" }
    }
    return nil
}

/// A generator of numbers that gives the same ones for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
