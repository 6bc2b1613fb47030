import Secrets

/// Tells quickly where in a text no pattern can begin.
///
/// Every pattern has at least eight bytes. So of the four bytes at each fourth position of a text, one group lies
/// within the first seven bytes of a pattern that stands there: the groups that may do so are marked in a table, and
/// all others are passed at a glance. A text with escapes may begin otherwise; then an escape stands among its first
/// seven characters, and what it stands for is looked up in another table.
struct CandidateIndex: Sendable {
    /// A bit for each hash of four bytes.
    private let hashes: SecretBuffer
    /// How far a product is shifted to be a hash.
    private let shift: UInt32
    /// The four bytes themselves, folded, with the number of their writing: what tells that a bit was marked for others.
    private let groups: NumberTable
    /// For each byte, whether it stands among the first seven of a secret.
    private let leading: SecretBuffer

    /// Groups begin at this many first bytes of a pattern: as many as lie between two groups of a text.
    private static let stride = 4
    /// How many bytes of a pattern its groups take.
    static let groupedBytes = 7

    init(_ secrets: [Secret]) {
        // Some thirty groups a secret, with their spellings: one in two hundred bits is set, as a rule.
        var bits: UInt32 = 13
        while bits < 21, 1 << bits < 8_192 * secrets.count { bits += 1 }
        let shift = 32 - bits
        var groups: NumberTable?
        hashes = SecretBuffer(count: 1 << (bits - 3)) { table in
            groups = NumberTable(atMost: Self.stride * 5 * secrets.count) { groups in
                for secret in secrets {
                    let beginning = secret.prefix(ScrubPatterns.leastSecret)
                    for writing in Writing.allCases {
                        for alignment in 0..<writing.alignments {
                            writing.pattern(of: beginning, alignment: alignment).withBytes { pattern in
                                for start in 0..<Self.stride {
                                    let group = UInt32(
                                        littleEndian: pattern.loadUnaligned(fromByteOffset: start, as: UInt32.self)
                                    )
                                    groups.set(Self.key(group, writing), to: 1)
                                    Self.mark(group, from: 0, writing, shift, in: table)
                                }
                            }
                        }
                    }
                }
            }
        }
        self.shift = shift
        self.groups = groups ?? NumberTable(atMost: 0) { _ in }
        leading = SecretBuffer(count: 256) { table in
            for secret in secrets {
                secret.withBytes { secret in
                    for byte in secret.prefix(Self.groupedBytes) {
                        let byte = Writing.text.folded(byte)
                        table[Int(byte)] = 1
                        if let other = Writing.text.alternative(to: byte) { table[Int(other)] = 1 }
                    }
                }
            }
        }
    }

    /// Marks a group in every spelling of its bytes from `position` on.
    private static func mark(
        _ group: UInt32,
        from position: Int,
        _ writing: Writing,
        _ shift: UInt32,
        in table: UnsafeMutableRawBufferPointer
    ) {
        guard position < 4 else {
            let hash = hash(group, shift)
            table[hash >> 3] |= 1 << UInt8(hash & 7)
            return
        }
        mark(group, from: position + 1, writing, shift, in: table)
        let place = UInt32(8 * position)
        let byte = UInt8(truncatingIfNeeded: group >> place)
        if let other = writing.alternative(to: byte) {
            mark(group ^ UInt32(byte ^ other) << place, from: position + 1, writing, shift, in: table)
        }
    }

    @inline(__always)
    private static func hash(_ group: UInt32, _ shift: UInt32) -> Int {
        Int(truncatingIfNeeded: (group &* 0x9E37_79B1) &>> shift)
    }

    private static func key(_ group: UInt32, _ writing: Writing) -> UInt64 {
        UInt64(group) | UInt64(writing.number) << 32
    }

    /// Whether four bytes whose hash is marked are a group of a pattern.
    private func isGroup(_ group: UInt32) -> Bool {
        Writing.allCases.contains { writing in
            var folded: UInt32 = 0
            for place: UInt32 in [0, 8, 16, 24] {
                folded |= UInt32(writing.folded(UInt8(truncatingIfNeeded: group >> place))) << place
            }
            return groups[Self.key(folded, writing)] != nil
        }
    }

    /// The first position of `text`, from `start` on, before which no pattern begins; the last of them if there is
    /// none that one may begin at.
    ///
    /// No escape stands across it, nor across `start`.
    func candidate(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let base = text.baseAddress, let hashes = hashes.bytes.baseAddress else { return start }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let percents = ones &* UInt64(UInt8(ascii: "%"))
        let backslashes = ones &* UInt64(UInt8(ascii: "\\"))
        var position = start
        // Where the escape ends that was looked at last: `\\` is one, not two.
        var escapeEnd = start
        while position + 8 <= text.count {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let groups = (UInt32(truncatingIfNeeded: word), UInt32(truncatingIfNeeded: word >> 32))
            let first = Self.hash(groups.0, shift)
            let second = Self.hash(groups.1, shift)
            let isMarked =
                (hashes.load(fromByteOffset: first >> 3, as: UInt8.self) &>> UInt8(first & 7))
                | (hashes.load(fromByteOffset: second >> 3, as: UInt8.self) &>> UInt8(second & 7))
            if isMarked & 1 != 0, isGroup(groups.0) || isGroup(groups.1) { break }
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
