import Secrets

/// Masks secrets in a text that comes in pieces.
///
/// Most of a text is passed at a glance (``CandidateIndex``). Where a secret may begin, each reading of the text
/// (``Lane``) is followed byte by byte until no secret can have begun any more. No byte is followed twice, so the cost
/// grows with the text's length alone, whatever stands in it.
///
/// Secrets that overlap are masked as one; secrets side by side, each.
package struct Scrubber {
    private let patterns: ScrubPatterns
    private let style: ScrubStyle
    /// Made when a secret may begin for the first time: in most texts none does.
    private var lanes: [Lane] = []
    /// Whether the lanes are followed.
    private var isFollowing = false
    private var matches = MatchList()
    private var withheld = WithheldBytes()
    /// The end of what has come, without escapes, where no lane is followed but a secret may begin.
    private var beginning: SecretBuffer?
    /// How much of the text has come before this piece.
    private var pieceStart = 0
    /// How much of the text has been written or masked.
    private var written = 0
    private var hasEnded = false

    /// How many masks have been written.
    package private(set) var maskedCount = 0

    /// Where the text that has been written or masked has come to; kept where a mask depends on it.
    private var place: JSONPlace?

    /// How many steps the lanes took; for tests.
    var stepCount: Int { lanes.reduce(0) { $0 + $1.stepCount } }

    package init(_ patterns: ScrubPatterns, style: ScrubStyle = .text) {
        self.patterns = patterns
        self.style = style
        place = style == .json && patterns.mayBeNumber ? JSONPlace() : nil
    }

    /// `lanes` are those of the patterns, unused; none if they are to be made when they are needed.
    init(_ patterns: ScrubPatterns, lanes: [Lane]) {
        self.init(patterns)
        self.lanes = lanes
    }

    /// Takes the next piece of the text, and writes all that is certain by now: all but the start of what may still
    /// turn out to be a secret.
    package mutating func scrub(_ piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard !patterns.isEmpty else {
            output.append(contentsOf: piece)
            return
        }
        output.reserveCapacity(output.count + piece.count)
        guard let beginning, !piece.isEmpty else { return read(piece, from: 0, into: &output) }
        self.beginning = nil
        let seam = SecretBuffer(count: beginning.count + min(piece.count, Self.seamBytes)) { seam in
            seam.copyMemory(from: beginning.bytes)
            UnsafeMutableRawBufferPointer(rebasing: seam[beginning.count...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: piece.prefix(Self.seamBytes)))
        }
        if piece.count <= Self.seamBytes { return read(seam.bytes, from: 0, into: &output) }
        let (position, _) = patterns.index.candidate(in: seam.bytes, from: 0)
        if position < beginning.count {
            follow(beginning.bytes, from: position, into: &output)
            read(piece, from: 0, into: &output)
        } else {
            write(upTo: pieceStart + beginning.count, of: beginning.bytes, into: &output)
            pieceStart += beginning.count
            read(piece, from: position - beginning.count, into: &output)
        }
    }

    /// The number of bytes of a piece that tell whether a secret begins in those that came before.
    private static let seamBytes = 32

    /// Writes the rest: the text has ended, and with it perhaps a secret that was cut.
    package mutating func finish(into output: inout [UInt8]) {
        if let beginning {
            // In shorter ones there is neither a secret nor a beginning that is not to be seen.
            if beginning.count >= ScrubPatterns.leastPrefix {
                follow(beginning.bytes, from: 0, into: &output)
            } else {
                write(upTo: pieceStart + beginning.count, of: beginning.bytes, into: &output)
                pieceStart += beginning.count
            }
            self.beginning = nil
        }
        let end = pieceStart
        var cut = end
        for index in lanes.indices {
            cut = min(cut, lanes[index].cutStart(at: end) ?? end)
            lanes[index].finish(at: end, &matches)
            cut = min(cut, lanes[index].cutStart(at: end) ?? end)
        }
        if cut < end { matches.add(cut..<end) }
        hasEnded = true
        write(upTo: end, of: UnsafeRawBufferPointer(start: nil, count: 0), into: &output)
    }

    /// Reads a piece, before `start` of which no secret begins.
    private mutating func read(_ piece: UnsafeRawBufferPointer, from start: Int, into output: inout [UInt8]) {
        var position = start
        while position < piece.count {
            if !isFollowing {
                let (candidate, isFound) = patterns.index.candidate(in: piece, from: position)
                position = candidate
                write(upTo: pieceStart + position, of: piece, into: &output)
                if !isFound, keepBeginning(of: piece, from: position, into: &output) { return }
            }
            position = follow(piece, from: position)
            if !isFollowing { write(upTo: pieceStart + position, of: piece, into: &output) }
        }
        end(piece, into: &output)
    }

    /// Reads a short piece by the lanes, whatever stands in it.
    private mutating func follow(_ piece: UnsafeRawBufferPointer, from start: Int, into output: inout [UInt8]) {
        write(upTo: pieceStart + start, of: piece, into: &output)
        var position = start
        while position < piece.count { position = follow(piece, from: position) }
        end(piece, into: &output)
    }

    /// Writes what is certain of a piece that was followed to its end.
    private mutating func end(_ piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        let end = pieceStart + piece.count
        write(upTo: lanes.reduce(end) { min($0, $1.earliestStart(at: end)) }, of: piece, into: &output)
        withheld.drop(before: written)
        if written < end {
            withheld.append(UnsafeRawBufferPointer(rebasing: piece[max(0, written - pieceStart)...]))
        }
        pieceStart = end
    }

    /// Writes what is left of a piece except what may be the beginning of a secret.
    ///
    /// - Returns: Whether that is possible without following the lanes.
    private mutating func keepBeginning(
        of piece: UnsafeRawBufferPointer,
        from position: Int,
        into output: inout [UInt8]
    ) -> Bool {
        let rest = UnsafeRawBufferPointer(rebasing: piece[position...])
        guard rest.count <= Self.seamBytes, let start = patterns.index.beginning(atEndOf: rest) else { return false }
        write(upTo: pieceStart + position + start, of: piece, into: &output)
        withheld.drop(before: written)
        pieceStart += position + start
        if start < rest.count {
            beginning = SecretBuffer(copying: UnsafeRawBufferPointer(rebasing: rest[start...]))
        }
        return true
    }

    /// Follows the lanes until they are idle, or the piece ends.
    private mutating func follow(_ piece: UnsafeRawBufferPointer, from start: Int) -> Int {
        isFollowing = true
        if lanes.isEmpty { lanes = patterns.lanes() }
        var position = start
        while position < piece.count {
            let byte = piece[position]
            var isIdle = true
            for index in lanes.indices {
                lanes[index].read(byte, at: pieceStart + position, &matches)
                isIdle = isIdle && lanes[index].isIdle
            }
            position += 1
            // What made this place one to look at stands within its first bytes.
            if isIdle, position - start >= CandidateIndex.groupedBytes {
                isFollowing = false
                break
            }
        }
        return position
    }

    /// Writes what stands before `limit`, where every secret is known by now, and the masks of those that begin there.
    private mutating func write(upTo limit: Int, of piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        var limit = limit
        if matches.writtenEnd > written {
            // The secret that was masked last goes on.
            if style == .sameLength { appendMask(count: matches.writtenEnd - written, to: &output) }
            pass(to: matches.writtenEnd, of: piece)
        }
        while let next = matches.first(upTo: limit) {
            if place != nil, !hasEnded, next.upperBound >= pieceStart + piece.count {
                // What follows decides the mask.
                limit = next.lowerBound
                copy(to: limit, of: piece, into: &output)
                return
            }
            copy(to: next.lowerBound, of: piece, into: &output)
            matches.takeFirst()
            if let place {
                var text: [UInt8] = []
                append(next, of: piece, to: &text)
                var following: [UInt8] = []
                if next.upperBound < pieceStart + piece.count {
                    append(next.upperBound..<next.upperBound + 1, of: piece, to: &following)
                }
                output += text.withUnsafeBytes { place.mask(of: $0, before: following.first) }
                text.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
            } else if style == .sameLength {
                appendMask(count: next.count, to: &output)
            } else {
                output.append(contentsOf: ScrubMask.text.utf8)
            }
            maskedCount += 1
            pass(to: next.upperBound, of: piece)
        }
        copy(to: limit, of: piece, into: &output)
    }

    private func appendMask(count: Int, to output: inout [UInt8]) {
        output.append(contentsOf: repeatElement(UInt8(ascii: "*"), count: count))
    }

    /// Passes bytes that are masked.
    private mutating func pass(to end: Int, of piece: UnsafeRawBufferPointer) {
        if place != nil {
            var text: [UInt8] = []
            append(written..<end, of: piece, to: &text)
            text.withUnsafeMutableBytes { text in
                place?.read(UnsafeRawBufferPointer(text))
                _ = text.initializeMemory(as: UInt8.self, repeating: 0)
            }
        }
        written = max(written, end)
    }

    private mutating func copy(to end: Int, of piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard written < end else { return }
        let count = output.count
        append(written..<end, of: piece, to: &output)
        if place != nil {
            output.withUnsafeBytes { place?.read(UnsafeRawBufferPointer(rebasing: $0[count...])) }
        }
        written = end
    }

    private func append(_ range: Range<Int>, of piece: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        let (start, end) = (range.lowerBound, range.upperBound)
        if start < min(end, pieceStart) { withheld.copy(start..<min(end, pieceStart), to: &output) }
        let first = max(start, pieceStart) - pieceStart
        if first < end - pieceStart {
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece[first..<end - pieceStart]))
        }
    }
}
