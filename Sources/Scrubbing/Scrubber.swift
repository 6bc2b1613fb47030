/// Masks secrets in a text that comes in pieces.
///
/// Most of a text is passed at a glance (``CandidateIndex``). Where a secret may begin, each reading of the text
/// (``Lane``) is followed byte by byte until no secret can have begun any more. No byte is followed twice, so the cost
/// grows with the text's length alone, whatever stands in it.
///
/// Secrets that overlap are masked as one; secrets side by side, each.
package struct Scrubber {
    private let patterns: ScrubPatterns
    private var lanes: [Lane]
    /// Whether the lanes are followed.
    private var isFollowing = false
    private var matches = MatchList()
    private var withheld = WithheldBytes()
    /// How much of the text has come before this piece.
    private var pieceStart = 0
    /// How much of the text has been written or masked.
    private var written = 0

    /// How many masks have been written.
    package private(set) var maskedCount = 0

    /// How many steps the lanes took; for tests.
    var stepCount: Int { lanes.reduce(0) { $0 + $1.stepCount } }

    package init(_ patterns: ScrubPatterns) {
        self.patterns = patterns
        lanes =
            patterns.isEmpty
            ? []
            : [
                Lane(.text, of: patterns),
                Lane(.text, syntax: .percent, of: patterns),
                Lane(.text, syntax: .json, of: patterns),
                Lane(.hexadecimal, of: patterns),
                Lane(.base64, of: patterns),
            ]
    }

    /// Takes the next piece of the text, and writes all that is certain by now: all but the start of what may still turn
    /// out to be a secret.
    package mutating func scrub(_ piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard !lanes.isEmpty else {
            output.append(contentsOf: piece)
            return
        }
        output.reserveCapacity(output.count + piece.count)
        var position = 0
        patterns.withMemory { memory in
            while position < piece.count {
                if !isFollowing {
                    position = patterns.index.candidate(in: piece, from: position)
                    write(upTo: pieceStart + position, of: piece, into: &output)
                    isFollowing = true
                }
                position = follow(piece, from: position, memory)
                if !isFollowing { write(upTo: pieceStart + position, of: piece, into: &output) }
            }
        }
        let end = pieceStart + piece.count
        write(upTo: lanes.reduce(end) { min($0, $1.earliestStart(at: end)) }, of: piece, into: &output)
        withheld.drop(before: written)
        if written < end {
            withheld.append(UnsafeRawBufferPointer(rebasing: piece[max(0, written - pieceStart)...]))
        }
        pieceStart = end
    }

    /// Writes the rest: the text has ended.
    package mutating func finish(into output: inout [UInt8]) {
        patterns.withMemory { memory in
            for index in lanes.indices { lanes[index].finish(at: pieceStart, memory, &matches) }
        }
        write(upTo: pieceStart, of: UnsafeRawBufferPointer(start: nil, count: 0), into: &output)
    }

    /// Follows the lanes until they are idle, or the piece ends.
    private mutating func follow(_ piece: UnsafeRawBufferPointer, from start: Int, _ memory: PatternMemory) -> Int {
        var position = start
        while position < piece.count {
            let byte = piece[position]
            var isIdle = true
            for index in lanes.indices {
                lanes[index].read(byte, at: pieceStart + position, memory, &matches)
                isIdle = isIdle && lanes[index].isIdle
            }
            position += 1
            if isIdle {
                isFollowing = false
                break
            }
        }
        return position
    }

    /// Writes what stands before `limit`, where every secret is known by now, and the masks of those that begin there.
    private mutating func write(upTo limit: Int, of piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        written = max(written, matches.writtenEnd)
        for place in matches.take(upTo: limit) {
            copy(from: written, to: place.lowerBound, of: piece, into: &output)
            output.append(contentsOf: ScrubMask.text.utf8)
            maskedCount += 1
            written = place.upperBound
        }
        copy(from: written, to: limit, of: piece, into: &output)
        written = max(written, limit)
    }

    private func copy(from start: Int, to end: Int, of piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        if start < min(end, pieceStart) { withheld.copy(start..<min(end, pieceStart), to: &output) }
        let first = max(start, pieceStart) - pieceStart
        if first < end - pieceStart {
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece[first..<end - pieceStart]))
        }
    }
}
