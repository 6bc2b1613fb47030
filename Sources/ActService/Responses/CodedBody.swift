import Scrubbing

/// A coded body that is passed on as it came: what it unfolds to is searched for secrets, and none of its bytes is let
/// out before all that can be known by it was searched.
///
/// The bytes themselves are searched too: a coding has places for names, comments and bytes that are not coded.
struct CodedBody {
    enum Failure {
        /// A secret stands in it, where it can't be masked.
        case secret
        /// Too much would have to be held back.
        case tooMuchHeld
    }

    private var text: Scrubber
    private var textCount = 0
    /// How much of the text is known to hold no secret.
    private var searchedText = 0

    private var bytes: Scrubber
    private var searchedBytes = 0

    /// The bytes that have come and were not let out.
    private var held: [UInt8] = []
    private var released = 0
    /// Up to where the body was decoded, and the length of the text by then.
    private var places: [(bytes: Int, text: Int)] = []
    /// The masked text, of no use to anybody.
    private var scratch: [UInt8] = []

    private(set) var failure: Failure?

    /// The most that is held back: eight of the longest blocks of `zstd`.
    private static let heldAtMost = 1_024 * 1_024

    init(_ patterns: ScrubPatterns) {
        // With masks of the same length the length of what comes out is a position.
        text = Scrubber(patterns, style: .sameLength)
        bytes = Scrubber(patterns, style: .sameLength)
    }

    /// Takes the next piece of what the body unfolds to.
    mutating func takeText(_ piece: UnsafeRawBufferPointer) {
        textCount += piece.count
        scratch.removeAll(keepingCapacity: true)
        text.scrub(piece, into: &scratch)
        searchedText += scratch.count
        if text.maskedCount > 0 { failure = .secret }
    }

    /// Takes the next piece of the body, whose text, or as much of it as was decoded, has been taken.
    ///
    /// - Parameters:
    ///   - piece: The piece.
    ///   - decoded: How many bytes of the body, from its start, are decoded to the last.
    ///   - output: Takes what may be let out.
    mutating func take(_ piece: UnsafeRawBufferPointer, decoded: Int, into output: inout [UInt8]) {
        held.append(contentsOf: piece)
        if decoded > places.last?.bytes ?? released { places.append((decoded, textCount)) }
        scratch.removeAll(keepingCapacity: true)
        bytes.scrub(piece, into: &scratch)
        searchedBytes += scratch.count
        if bytes.maskedCount > 0 { failure = .secret }
        guard failure == nil else { return }

        let passed = places.prefix { $0.text <= searchedText }
        if let last = passed.last { release(upTo: min(last.bytes, searchedBytes), into: &output) }
        // The last one counts as long as bytes up to it are held.
        if passed.count > 1 { places.removeFirst(passed.count - 1) }
        if held.count > Self.heldAtMost { failure = .tooMuchHeld }
    }

    /// Lets out the rest: the body has come to its end.
    mutating func finish(into output: inout [UInt8]) {
        scratch.removeAll(keepingCapacity: true)
        text.finish(into: &scratch)
        bytes.finish(into: &scratch)
        if text.maskedCount + bytes.maskedCount > 0 { failure = .secret }
        if failure == nil { release(upTo: released + held.count, into: &output) }
    }

    private mutating func release(upTo end: Int, into output: inout [UInt8]) {
        let count = end - released
        guard count > 0 else { return }
        output.append(contentsOf: held[..<count])
        held.removeFirst(count)
        released = end
    }
}
