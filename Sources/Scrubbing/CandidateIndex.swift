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
    /// The four bytes themselves, folded, with the number of their writing: what tells that a bit was marked for
    /// others. Their value has a bit for each place in a pattern where they stand. And the first seven bytes of each
    /// pattern, and the first one to four: see ``beginning(atEndOf:)``.
    private let groups: NumberTable
    /// For each byte, whether it stands among the first seven of a secret.
    private let leading: SecretBuffer

    /// Groups begin at this many first bytes of a pattern: as many as lie between two groups of a text.
    private static let stride = 4
    /// How many bytes of a pattern its groups take.
    static let groupedBytes = 7

    /// Whether a pattern begins with what a number of JSON may be.
    let mayBeNumber: Bool

    init(_ secrets: [Secret]) {
        // Some thirty groups a secret, with their spellings: one in seventy bits is set, and what is looked at for each
        // word of a text stays close to the processor.
        var bits: UInt32 = 13
        while bits < 21, 1 << bits < 2_048 * secrets.count { bits += 1 }
        let shift = 32 - bits
        var groups: NumberTable?
        var mayBeNumber = false
        hashes = SecretBuffer(count: 1 << (bits - 3)) { table in
            groups = NumberTable(atMost: (2 * Self.stride + 1) * 5 * secrets.count) { groups in
                // Each pattern's beginning in its turn.
                _ = SecretBuffer(count: Writing.longest(ofSecret: ScrubPatterns.leastSecret)) { memory in
                    for secret in secrets {
                        secret.withBytes { secret in
                            let beginning = UnsafeRawBufferPointer(rebasing: secret[..<ScrubPatterns.leastSecret])
                            Writing.forEachPattern(of: beginning, in: memory) { pattern, writing in
                                mayBeNumber = mayBeNumber || pattern.allSatisfy(JSONPlace.mayStandInNumber)
                                Self.enter(pattern, writing, in: groups)
                                for start in 0..<Self.stride {
                                    Self.mark(Self.group(at: start, of: pattern), writing, shift, in: table)
                                }
                            }
                        }
                    }
                }
            }
        }
        self.shift = shift
        self.mayBeNumber = mayBeNumber
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

    /// Enters a pattern: its first bytes, and its groups by the places where they stand.
    private static func enter(_ pattern: UnsafeRawBufferPointer, _ writing: Writing, in groups: NumberTable.Builder) {
        groups.set(key(prefix: pattern, writing), to: 1)
        var beginning: UInt32 = 0
        for length in 1...4 {
            beginning |= UInt32(writing.folded(pattern[length - 1])) << UInt32(8 * (length - 1))
            groups.set(key(beginning: beginning, length, writing), to: 1)
        }
        for start in 0..<stride { groups.add(1 << UInt64(start), to: key(group(at: start, of: pattern), writing)) }
    }

    private static func group(at start: Int, of pattern: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(littleEndian: pattern.loadUnaligned(fromByteOffset: start, as: UInt32.self))
    }

    /// Marks a group in every spelling of its bytes.
    private static func mark(
        _ group: UInt32,
        _ writing: Writing,
        _ shift: UInt32,
        in table: UnsafeMutableRawBufferPointer
    ) {
        // The bits in which the spellings of its bytes differ.
        var differences = SIMD4<UInt32>()
        var count = 0
        for position in 0..<4 {
            let place = UInt32(8 * position)
            let byte = UInt8(truncatingIfNeeded: group &>> place)
            guard let other = writing.alternative(to: byte) else { continue }
            differences[count] = UInt32(byte ^ other) &<< place
            count += 1
        }
        for choice in 0..<1 << count {
            var spelling = group
            for index in 0..<count where choice &>> index & 1 != 0 { spelling ^= differences[index] }
            let hash = hash(spelling, shift)
            table[hash &>> 3] |= 1 &<< UInt8(hash & 7)
        }
    }

    @inline(__always)
    private static func hash(_ group: UInt32, _ shift: UInt32) -> Int {
        Int(truncatingIfNeeded: (group &* 0x9E37_79B1) &>> shift)
    }

    private static func key(_ group: UInt32, _ writing: Writing) -> UInt64 {
        UInt64(group) | UInt64(writing.number) << 32
    }

    private static func key(beginning: UInt32, _ length: Int, _ writing: Writing) -> UInt64 {
        key(beginning, writing) | UInt64(length) << 40
    }

    /// At most four bytes, folded, as a number.
    private static func folded(_ bytes: UnsafeRawBufferPointer, _ writing: Writing) -> UInt32 {
        var folded: UInt32 = 0
        for byte in bytes.reversed() { folded = folded << 8 | UInt32(writing.folded(byte)) }
        return folded
    }

    /// The first seven bytes of what may be a pattern. Further ones may be escaped where it stands.
    private static func key(prefix: UnsafeRawBufferPointer, _ writing: Writing) -> UInt64 {
        (0..<groupedBytes).reversed().reduce(UInt64(writing.number)) { $0 << 8 | UInt64(writing.folded(prefix[$1])) }
    }

    /// Whether four bytes of a text whose hash is marked are a group of a pattern that may stand there.
    private func isGroup(at position: Int, of text: UnsafeRawBufferPointer) -> Bool {
        let group = UnsafeRawBufferPointer(rebasing: text[position..<position + Self.stride])
        return Writing.all.contains { writing in
            guard let places = groups[Self.key(Self.folded(group, writing), writing)] else { return false }
            return (0..<Self.stride).contains { place in
                guard places & 1 << place != 0 else { return false }
                let start = position - place
                guard start >= 0, start + Self.groupedBytes <= text.count else { return true }
                return groups[Self.key(prefix: UnsafeRawBufferPointer(rebasing: text[start...]), writing)] != nil
            }
        }
    }

    /// Where in the end of a text, in which ``candidate(in:from:)`` has found nothing, a pattern may begin of which
    /// more is to come; the end if none does.
    ///
    /// - Returns: `nil` if there are escapes, which have to be read.
    func beginning(atEndOf text: UnsafeRawBufferPointer) -> Int? {
        guard !text.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "\\") }) else { return nil }
        return text.indices.first { start in
            let length = min(4, text.count - start)
            let bytes = UnsafeRawBufferPointer(rebasing: text[start..<start + length])
            return Writing.all.contains { writing in
                groups[Self.key(beginning: Self.folded(bytes, writing), length, writing)] != nil
            }
        } ?? text.count
    }

    /// The first position of `text`, from `start` on, before which no pattern begins; the last of them if there is
    /// none that one may begin at: then nothing was found.
    ///
    /// No escape stands across it, nor across `start`.
    func candidate(in text: UnsafeRawBufferPointer, from start: Int) -> (position: Int, isFound: Bool) {
        guard let base = text.baseAddress, let hashes = hashes.bytes.baseAddress else { return (start, false) }
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
            let isFirstMarked = hashes.load(fromByteOffset: first >> 3, as: UInt8.self) &>> UInt8(first & 7)
            let isSecondMarked = hashes.load(fromByteOffset: second >> 3, as: UInt8.self) &>> UInt8(second & 7)
            if (isFirstMarked | isSecondMarked) & 1 != 0,
                isFirstMarked & 1 != 0 && isGroup(at: position, of: text)
                    || isSecondMarked & 1 != 0 && isGroup(at: position + 4, of: text)
            {
                return (unitStart(before: position - (Self.groupedBytes - 1), in: text, from: start), true)
            }
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
                        return (unitStart(before: place - (Self.groupedBytes - 1), in: text, from: start), true)
                    }
                    escapeEnd = place + unit.length
                }
            }
            position += 8
        }
        // A group from here on, or an escape, may belong to a pattern that begins so far before.
        return (unitStart(before: position - (Self.groupedBytes - 1), in: text, from: start), false)
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
