import Acting
import Egress
import NetworkTypes

/// The parts of a third party's body that a caller asked for: what stands around them was asked for so that secrets at
/// their edges are seen whole, and is left out.
struct RangeCut {
    enum Outcome {
        /// The response is passed on as it is: it is no part, or may be the whole.
        case none
        case cut(RangeCut)
        /// All parts lie behind the end of the representation, whose length is given, if it is known.
        case unsatisfiable(length: Int?)
        /// It is a part of a coded body, which can be read from its start alone.
        case coded
        /// The part can't be searched, for that reason.
        case unreadable(String)
    }

    /// The positions of the first and the last byte of each part, in ascending order.
    let parts: [ClosedRange<Int>]
    /// The length of the whole, if it is known.
    let total: Int?
    /// Whether the third party sends all of the representation.
    let isOfWhole: Bool
    /// The framing of several parts.
    private var frames: MultipartFrames?
    /// Where the next byte of the body stands in the whole.
    private var position: Int
    /// The part that comes next or has begun.
    private var index = 0
    /// The first bytes of a body that does not begin with the representation: see ``losesItsWay(_:)``.
    private var leading = 0

    /// Added to the longest writing of a secret, so that escapes are read from where they begin.
    static let margin = 64
    /// The number of backslashes at the start of a body that leave open which of them escapes the next.
    private static let undecided = 32

    private init(_ parts: [ClosedRange<Int>], total: Int?, bodyStart: Int, isOfWhole: Bool) {
        self.parts = parts
        self.total = total
        self.isOfWhole = isOfWhole
        position = bodyStart
        leading = bodyStart == 0 ? Self.undecided + 1 : 0
    }

    /// The length of the body that is passed on.
    var length: Int {
        parts.reduce(0) { $0 + $1.count } + (frames.map { $0.length(around: parts, of: total) } ?? 0)
    }

    /// Whether all parts have come.
    var isComplete: Bool { index == parts.count }

    /// The value of `Content-Range`, if there is one part.
    var contentRange: String? {
        parts.count == 1 ? Self.contentRange(of: parts[0], total) : nil
    }

    static func contentRange(of part: ClosedRange<Int>, _ total: Int?) -> String {
        "bytes \(part.lowerBound)-\(part.upperBound)/\(total.map(String.init) ?? "*")"
    }

    /// Puts several parts into one body.
    ///
    /// - Parameter frames: What stands around them.
    mutating func frame(by frames: MultipartFrames) {
        self.frames = frames
    }

    /// Works out which parts of a response are passed on.
    ///
    /// - Parameters:
    ///   - range: The parts that the caller asked for.
    ///   - head: The response to the request for the wider part.
    ///   - margin: By how much that is wider, in bytes.
    /// - Returns: The parts, or why there are none.
    static func of(_ range: RequestedRange, in head: ResponseHead, widenedBy margin: Int) -> Outcome {
        switch head.status {
        case 200 where range.condition == nil: ofWhole(range, head)
        case 206: ofPart(range, head, margin)
        default: .none
        }
    }

    private static func ofWhole(_ range: RequestedRange, _ head: ResponseHead) -> Outcome {
        guard let length = head["Content-Length"].flatMap({ Int($0) }) else {
            // The whole is a right response to a range, and what a caller without a position to begin at can use.
            if case .from(0, through: _) = range.parts[0] { return .none }
            return .unreadable("the third party sends all of it, and does not say how much that is")
        }
        let parts = range.parts.compactMap { positions(of: $0, in: length) }
        guard !parts.isEmpty else { return .unsatisfiable(length: length) }
        return .cut(RangeCut(parts, total: length, bodyStart: 0, isOfWhole: true))
    }

    private static func ofPart(_ range: RequestedRange, _ head: ResponseHead, _ margin: Int) -> Outcome {
        if head.isCoded { return .coded }
        guard let (start, end, total) = contentRange(head) else {
            return .unreadable("the third party does not say which part it sends")
        }
        let isEnd = total.map { end >= $0 - 1 } ?? false
        var parts: [ClosedRange<Int>]
        if case .last(let count) = range.parts[0] {
            guard let total, isEnd else { return .unreadable("the third party does not say where it ends") }
            guard let part = positions(of: .last(count), in: total) else { return .unsatisfiable(length: total) }
            parts = [part]
        } else {
            parts = range.parts.compactMap { positions(of: $0, in: end + 1) }
            guard !parts.isEmpty else {
                return isEnd ? .unsatisfiable(length: total) : .unreadable("it is another part")
            }
        }
        // Without its margins a secret at an edge would not be seen whole.
        guard start <= max(0, parts[0].lowerBound - margin) else {
            return .unreadable("the third party sends less than was asked for")
        }
        if !isEnd {
            // A server may send less than it is asked for.
            parts = parts.compactMap { part in
                let last = min(part.upperBound, end - margin)
                return part.lowerBound <= last ? part.lowerBound...last : nil
            }
            guard parts.count == range.parts.count else {
                return .unreadable("the third party sends less than was asked for")
            }
        }
        return .cut(RangeCut(parts, total: total, bodyStart: start, isOfWhole: false))
    }

    private static func positions(of part: RequestedRange.Bounds, in length: Int) -> ClosedRange<Int>? {
        switch part {
        case .from(let first, through: let last):
            first < length ? first...min(last ?? length - 1, length - 1) : nil
        case .last(let count):
            count > 0 && length > 0 ? max(0, length - count)...length - 1 : nil
        }
    }

    /// Reads `bytes 0-99/1234` or `bytes 0-99/*`.
    private static func contentRange(_ head: ResponseHead) -> (start: Int, end: Int, total: Int?)? {
        let values = head.headers.filter { $0.name.lowercased() == "content-range" }.map(\.value)
        guard values.count == 1, values[0].prefix(6).lowercased() == "bytes " else { return nil }
        let parts = values[0].dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = Int(ends[0]), let end = Int(ends[1]), 0 <= start, start <= end,
            parts[1] == "*" || Int(parts[1]).map({ $0 >= 0 }) == true
        else { return nil }
        return (start, end, Int(parts[1]))
    }

    // MARK: The body

    /// Whether a piece leaves open how a body is to be read that begins in the middle: with a long run of backslashes,
    /// of which every other escapes the one that follows. To be asked of each piece in its turn.
    mutating func losesItsWay(_ piece: UnsafeRawBufferPointer) -> Bool {
        for byte in piece {
            guard leading < Self.undecided else { break }
            guard byte == UInt8(ascii: "\\") else {
                leading = Self.undecided + 1
                break
            }
            leading += 1
        }
        return leading == Self.undecided
    }

    /// The bytes that are passed on among the next ones of the masked body.
    mutating func take(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var rest = bytes[...]
        while index < parts.count {
            let part = parts[index]
            rest = rest.dropFirst(max(0, part.lowerBound - position - (bytes.count - rest.count)))
            let here = position + bytes.count - rest.count
            guard !rest.isEmpty else { break }
            if here == part.lowerBound, let frames { output += frames.start(of: part, of: total) }
            let taken = rest.prefix(part.upperBound + 1 - here)
            output += taken
            rest = rest.dropFirst(taken.count)
            guard here + taken.count > part.upperBound else { break }
            index += 1
            if index == parts.count, let frames { output += frames.end }
        }
        position += bytes.count
        return output
    }
}
