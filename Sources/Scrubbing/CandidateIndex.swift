import Secrets

/// Tells quickly where in a text no pattern can begin.
///
/// Every pattern has at least eight bytes. So of the four bytes at each fourth position of a text, one group lies
/// within the first seven bytes of a pattern that stands there: the groups that may do so are marked in a table, and
/// all others are passed at a glance. A text with escapes may begin otherwise; then an escape stands among its first
/// seven characters, and what it stands for is looked up in another table.
struct CandidateIndex: Sendable {
    /// A bit for each hash of four bytes.
    private let groups: SecretBuffer
    /// For each byte, whether it stands among the first seven of a secret.
    private let leading: SecretBuffer

    /// Groups begin at this many first bytes of a pattern: as many as lie between two groups of a text.
    private static let stride = 4
    /// How many bytes of a pattern its groups take.
    private static let groupedBytes = 7

    init(_ patterns: [Pattern], secretCount: Int, bytes: SecretBuffer) {
        groups = SecretBuffer(count: 1 << 13) { table in
            for (number, pattern) in patterns.enumerated() {
                let writing: Writing =
                    number < secretCount ? .text : number < 2 * secretCount ? .hexadecimal : .base64
                for start in 0..<Self.stride {
                    let group = bytes.bytes.loadUnaligned(fromByteOffset: pattern.offset + start, as: UInt32.self)
                    Self.mark(UInt32(littleEndian: group), from: 0, writing, in: table)
                }
            }
        }
        leading = SecretBuffer(count: 256) { table in
            for pattern in patterns.prefix(secretCount) {
                for position in 0..<Self.groupedBytes {
                    let byte = bytes.bytes[pattern.offset + position]
                    table[Int(byte)] = 1
                    if let other = Writing.text.alternative(to: byte) { table[Int(other)] = 1 }
                }
            }
        }
    }

    /// Marks a group in every spelling of its bytes from `position` on.
    private static func mark(
        _ group: UInt32,
        from position: Int,
        _ writing: Writing,
        in table: UnsafeMutableRawBufferPointer
    ) {
        guard position < 4 else {
            let hash = hash(group)
            table[hash >> 3] |= 1 << UInt8(hash & 7)
            return
        }
        mark(group, from: position + 1, writing, in: table)
        let shift = UInt32(8 * position)
        let byte = UInt8(truncatingIfNeeded: group >> shift)
        if let other = writing.alternative(to: byte) {
            mark(group ^ UInt32(byte ^ other) << shift, from: position + 1, writing, in: table)
        }
    }

    /// 16 bits.
    @inline(__always)
    private static func hash(_ group: UInt32) -> Int {
        Int(truncatingIfNeeded: (group &* 0x9E37_79B1) >> 16)
    }

    /// The first position of `text`, from `start` on, before which no pattern begins; the last of them if there is
    /// none that one may begin at.
    ///
    /// No escape stands across it, nor across `start`.
    func candidate(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let base = text.baseAddress, let groups = groups.bytes.baseAddress else { return start }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let percents = ones &* UInt64(UInt8(ascii: "%"))
        let backslashes = ones &* UInt64(UInt8(ascii: "\\"))
        var position = start
        // Where the escape ends that was looked at last: `\\` is one, not two.
        var escapeEnd = start
        while position + 8 <= text.count {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let first = Self.hash(UInt32(truncatingIfNeeded: word))
            let second = Self.hash(UInt32(truncatingIfNeeded: word >> 32))
            let isMarked =
                (groups.load(fromByteOffset: first >> 3, as: UInt8.self) &>> UInt8(first & 7))
                | (groups.load(fromByteOffset: second >> 3, as: UInt8.self) &>> UInt8(second & 7))
            if isMarked & 1 != 0 { break }
            // The high bit of each byte that is zero, and perhaps of one after such a byte.
            let percent = word ^ percents
            let backslash = word ^ backslashes
            let introducers =
                ((percent &- ones) & ~percent | (backslash &- ones) & ~backslash) & (ones &* 0x80)
            if introducers != 0 {
                for place in position..<position + 8 where place >= escapeEnd {
                    let syntax: EscapeSyntax
                    switch text[place] {
                    case UInt8(ascii: "%"): syntax = .percent
                    case UInt8(ascii: "\\"): syntax = .json
                    default: continue
                    }
                    let rest = UnsafeRawBufferPointer(rebasing: text[place...])
                    guard let unit = syntax.unit(startingWith: rest), !mayLead(unit) else {
                        return unitStart(before: place - (Self.groupedBytes - 1), in: text, from: start)
                    }
                    escapeEnd = place + unit.length
                }
            }
            position += 8
        }
        // A group from here on, or an escape, may belong to a pattern that begins so far before.
        return unitStart(before: position - (Self.groupedBytes - 1), in: text, from: start)
    }

    /// Whether an escape may stand among the first seven characters of a secret.
    private func mayLead(_ unit: EscapedUnit) -> Bool {
        (0..<unit.count).contains { leading.bytes[Int(unit.value >> UInt32(8 * $0) & 0xFF)] != 0 }
    }

    /// The last position up to `position` that surely lies in no escape.
    private func unitStart(before position: Int, in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var result = max(start, position)
        for place in max(start, result - EscapeSyntax.longest + 1)..<result
        where text[place] == UInt8(ascii: "%") || text[place] == UInt8(ascii: "\\") {
            result = place
            break
        }
        // Of a run of backslashes only the first one's place tells how they pair.
        while result > start, text[result - 1] == UInt8(ascii: "\\") { result -= 1 }
        return result
    }
}
