import Acting
import Egress

/// The part of a third party's body that a caller asked for: what stands before it and behind it was asked for so that
/// secrets at its edges are seen whole, and is left out.
struct RangeCut {
    enum Outcome {
        /// The response is passed on as it is: it is no part, or may be the whole.
        case none
        case cut(RangeCut)
        /// The part lies behind the end of the representation, which has so many bytes, if that is known.
        case unsatisfiable(length: Int?)
        /// The part can't be searched, for that reason.
        case unreadable(String)
    }

    /// The positions of the first and the last byte of the part.
    private let first: Int
    private let last: Int
    /// The length of the whole, if it is known.
    private let total: Int?
    /// How many bytes of the body stand before the part and have not come yet.
    private var skipped: Int
    /// How many bytes of the part have not come yet.
    private(set) var missing: Int
    /// Whether the third party sends all of the representation.
    let isOfWhole: Bool
    /// The first bytes of a body that does not begin with the representation: see ``losesItsWay(_:)``.
    private var leading = 0

    /// Added to the longest writing of a secret, so that escapes are read from where they begin.
    static let margin = 64
    /// So many backslashes at the start of a body leave open which of them escapes the next.
    private static let undecided = 32

    var length: Int { last - first + 1 }
    var contentRange: String { "bytes \(first)-\(last)/\(total.map(String.init) ?? "*")" }

    private init(first: Int, last: Int, total: Int?, bodyStart: Int, isOfWhole: Bool) {
        self.first = first
        self.last = last
        self.total = total
        self.isOfWhole = isOfWhole
        skipped = first - bodyStart
        missing = last - first + 1
        leading = bodyStart == 0 ? Self.undecided + 1 : 0
    }

    /// Works out which part of a response is passed on.
    ///
    /// - Parameters:
    ///   - range: The part that the caller asked for.
    ///   - head: The response to the request for the wider part.
    ///   - margin: By how much that is wider, in bytes.
    /// - Returns: The part, or why there is none.
    static func of(_ range: RequestedRange, in head: AnswerHead, widenedBy margin: Int) -> Outcome {
        switch head.status {
        case 200 where range.condition == nil: ofWhole(range, head)
        case 206: ofPart(range, head, margin)
        default: .none
        }
    }

    private static func ofWhole(_ range: RequestedRange, _ head: AnswerHead) -> Outcome {
        if isCoded(head) { return .unreadable("it is stored in a content coding, of which no part can be read") }
        guard let length = head["Content-Length"].flatMap({ Int($0) }) else {
            // The whole is a right response to a range, and what a caller without a position to begin at can use.
            if case .from(0, through: _) = range.bounds { return .none }
            return .unreadable("the third party sends all of it, and does not say how much that is")
        }
        guard let (first, last) = positions(of: range, in: length) else { return .unsatisfiable(length: length) }
        return .cut(RangeCut(first: first, last: last, total: length, bodyStart: 0, isOfWhole: true))
    }

    private static func ofPart(_ range: RequestedRange, _ head: AnswerHead, _ margin: Int) -> Outcome {
        guard let (start, end, total) = contentRange(head) else {
            return .unreadable("the third party does not say which part it sends")
        }
        if isCoded(head) { return .unreadable("it is stored in a content coding, of which no part can be read") }
        let isEnd = total.map { end >= $0 - 1 } ?? false
        var (first, last): (Int, Int)
        switch range.bounds {
        case .from(let from, through: let through):
            if from > end { return isEnd ? .unsatisfiable(length: total) : .unreadable("it is another part") }
            (first, last) = (from, min(through ?? end, end))
        case .last(let count):
            guard let total, isEnd else { return .unreadable("the third party does not say where it ends") }
            guard count > 0 else { return .unsatisfiable(length: total) }
            (first, last) = (max(0, total - count), total - 1)
        }
        // Without its margins a secret at an edge would not be seen whole.
        guard start <= max(0, first - margin) else {
            return .unreadable("the third party sends less than was asked for")
        }
        if !isEnd { last = min(last, end - margin) }
        guard first <= last else { return .unreadable("the third party sends less than was asked for") }
        return .cut(RangeCut(first: first, last: last, total: total, bodyStart: start, isOfWhole: false))
    }

    private static func positions(of range: RequestedRange, in length: Int) -> (first: Int, last: Int)? {
        switch range.bounds {
        case .from(let first, through: let last):
            first < length ? (first, min(last ?? length - 1, length - 1)) : nil
        case .last(let count):
            count > 0 && length > 0 ? (max(0, length - count), length - 1) : nil
        }
    }

    private static func isCoded(_ head: AnswerHead) -> Bool {
        head.headers.contains { header in
            header.name.lowercased() == "content-encoding" && !header.value.isEmpty
                && header.value.lowercased() != "identity" && !head.hasUnknownCoding
        }
    }

    /// Reads `bytes 0-99/1234` or `bytes 0-99/*`.
    private static func contentRange(_ head: AnswerHead) -> (start: Int, end: Int, total: Int?)? {
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

    /// Whether a piece leaves open how a body is to be read that begins in the middle: with a long run of backslashes, of
    /// which every other escapes the one that follows. To be asked of each piece in its turn.
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

    /// The bytes of the part among the next ones of the masked body.
    mutating func take(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let skipping = min(skipped, bytes.count)
        skipped -= skipping
        let part = bytes[skipping...].prefix(missing)
        missing -= part.count
        return part
    }
}
