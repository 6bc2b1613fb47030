package import Documents

/// Rewrites the links in declared members of JSON while it streams by: one document, or one after the other as in
/// NDJSON.
///
/// Only whole strings are replaced; every other byte passes as it came. Memory is bounded: of a document it keeps the
/// place it is at, a member's name up to the longest that is declared, and the string that may be a link. What is not
/// well-formed passes unchanged from there on.
package struct JSONLinkRewriter {
    /// How many strings were replaced.
    package private(set) var rewrittenCount = 0

    private let rewriter: LinkRewriter
    private let places: PlaceSet
    private var state = State.ready(.value)
    private var containers: [Container] = []
    /// The places that the next value is at.
    private var next: PlaceSet.Progress
    /// The beginning of a member's name that was cut.
    private var name: [UInt8] = []
    /// The beginning of a string that may be a link, from its quotation mark.
    private var held: [UInt8] = []

    /// A document that nests deeper passes unchanged from there on.
    private static let depthAtMost = 512
    /// A longer string is no link, as it stands, in bytes.
    private static let longestString = 2 * WebLink.longest

    private enum State {
        case ready(Expected)
        /// Within a string: after a backslash, or not.
        case string(Use, isEscaped: Bool)
        /// A number, `true`, `false` or `null`.
        case literal
        /// The document is malformed, or none.
        case broken
    }

    private enum Expected {
        case value, valueOrEnd, name, nameOrEnd, colon, commaOrEnd
    }

    private enum Use {
        case name, link, other
    }

    private struct Container {
        let isObject: Bool
        let progress: PlaceSet.Progress
    }

    /// - Parameters:
    ///   - members: Where links stand.
    ///   - rewriter: What becomes of them.
    package init(members: [MemberPath], rewriter: LinkRewriter) {
        self.rewriter = rewriter
        places = PlaceSet(members)
        next = places.start
    }

    /// Takes a piece and appends what can be passed on.
    package mutating func rewrite(_ piece: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        piece.withMemoryRebound(to: UInt8.self) { rewrite($0, into: &output) }
    }

    /// Appends what was held back of a document that ends too early.
    package mutating func finish(into output: inout [UInt8]) {
        output += held
        held = []
    }

    private mutating func rewrite(_ piece: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) {
        // What stands before was passed on, or is held.
        var passed = 0
        var index = 0
        while index < piece.count {
            switch state {
            case .broken: index = piece.count
            case .ready(let expected):
                index = readStructure(piece, from: index, expected)
                guard case .string(.link, _) = state else { continue }
                output.append(contentsOf: piece[passed..<index])
                held.append(piece[index])
                index += 1
                passed = index
            case .literal:
                while index < piece.count, Self.isLiteral(piece[index]) { index += 1 }
                if index < piece.count { state = .ready(afterValue()) }
            case .string(let use, let isEscaped):
                let start = index
                let isWhole = readString(piece, &index, use, isEscaped)
                let part = UnsafeBufferPointer(rebasing: piece[start..<index])
                switch use {
                case .other: if isWhole { state = .ready(afterValue()) }
                case .name: readName(part, isWhole: isWhole)
                case .link:
                    passed = index
                    readLink(part, isWhole: isWhole, into: &output)
                }
            }
        }
        output.append(contentsOf: piece[passed...])
    }

    // MARK: Structure

    /// Reads on to the inside of the next string, to the quotation mark of one that may be a link, or to a literal.
    private mutating func readStructure(
        _ piece: UnsafeBufferPointer<UInt8>,
        from start: Int,
        _ expected: Expected
    ) -> Int {
        var expected = expected
        var index = start
        while index < piece.count {
            let byte = piece[index]
            switch (byte, expected) {
            case (0x20, _), (0x0A, _), (0x0D, _), (0x09, _): break
            case (UInt8(ascii: "\""), .name), (UInt8(ascii: "\""), .nameOrEnd):
                state = .string(.name, isEscaped: false)
                return index + 1
            case (UInt8(ascii: "\""), .value), (UInt8(ascii: "\""), .valueOrEnd):
                if next.isComplete, containers.last?.isObject == true {
                    state = .string(.link, isEscaped: false)
                    return index
                }
                state = .string(.other, isEscaped: false)
                return index + 1
            case (UInt8(ascii: ":"), .colon): expected = .value
            case (UInt8(ascii: ","), .commaOrEnd):
                guard let container = containers.last else { return breakDown(at: index) }
                expected = container.isObject ? .name : .value
                next = container.progress
            case (UInt8(ascii: "{"), .value), (UInt8(ascii: "{"), .valueOrEnd),
                (UInt8(ascii: "["), .value), (UInt8(ascii: "["), .valueOrEnd):
                guard containers.count < Self.depthAtMost else { return breakDown(at: index) }
                let isObject = byte == UInt8(ascii: "{")
                // What holds for a list holds for each of its elements.
                containers.append(Container(isObject: isObject, progress: next))
                expected = isObject ? .nameOrEnd : .valueOrEnd
            case (UInt8(ascii: "}"), .nameOrEnd), (UInt8(ascii: "}"), .commaOrEnd),
                (UInt8(ascii: "]"), .valueOrEnd), (UInt8(ascii: "]"), .commaOrEnd):
                guard containers.popLast()?.isObject == (byte == UInt8(ascii: "}")) else { return breakDown(at: index) }
                expected = afterValue()
            case (_, .value) where Self.isLiteral(byte), (_, .valueOrEnd) where Self.isLiteral(byte):
                state = .literal
                return index
            // The separator of JSON text sequences (RFC 7464), and a byte order mark.
            case (0x1E, .value), (0xEF, .value), (0xBB, .value), (0xBF, .value):
                guard containers.isEmpty else { return breakDown(at: index) }
            default: return breakDown(at: index)
            }
            index += 1
        }
        state = .ready(expected)
        return index
    }

    /// The state after a value: at the end of a document, another may follow.
    private mutating func afterValue() -> Expected {
        guard containers.isEmpty else { return .commaOrEnd }
        next = places.start
        return .value
    }

    private mutating func breakDown(at index: Int) -> Int {
        state = .broken
        return index
    }

    // MARK: Strings

    /// Reads past the end of a string, or to the end of the piece.
    ///
    /// - Returns: Whether the string ended.
    private mutating func readString(
        _ piece: UnsafeBufferPointer<UInt8>,
        _ index: inout Int,
        _ use: Use,
        _ isEscaped: Bool
    ) -> Bool {
        var isEscaped = isEscaped
        while index < piece.count {
            let byte = piece[index]
            index += 1
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                return true
            }
        }
        state = .string(use, isEscaped: isEscaped)
        return false
    }

    /// Takes a part of a member's name, with the quotation mark at its end.
    private mutating func readName(_ part: UnsafeBufferPointer<UInt8>, isWhole: Bool) {
        let isTooLong = name.count + part.count > places.longestName + 1
        guard isWhole else {
            // One byte more than can match tells that it is too long, however it goes on.
            name += part.prefix(places.longestName + 2 - name.count)
            return
        }
        let object = containers.last?.progress ?? places.start
        let last = UnsafeBufferPointer(rebasing: part.dropLast())
        if isTooLong {
            next = places.advanced(object, by: nil)
        } else if name.isEmpty, !last.contains(UInt8(ascii: "\\")) {
            next = places.advanced(object, by: last)
        } else {
            name += last
            next = (JSONString.decoded(name[...]) ?? []).withUnsafeBufferPointer { places.advanced(object, by: $0) }
        }
        name.removeAll(keepingCapacity: true)
        state = .ready(.colon)
    }

    /// Takes a part of a string that may be a link, with the quotation mark at its end.
    private mutating func readLink(_ part: UnsafeBufferPointer<UInt8>, isWhole: Bool, into output: inout [UInt8]) {
        held += part
        if isWhole {
            if let link = JSONString.decoded(held.dropFirst().dropLast()).flatMap({ rewriter.rewritten($0) }) {
                JSONString.append(link, to: &output)
                rewrittenCount += 1
            } else {
                output += held
            }
            state = .ready(afterValue())
        } else if held.count > Self.longestString {
            output += held
            if case .string(_, let isEscaped) = state { state = .string(.other, isEscaped: isEscaped) }
        } else {
            return
        }
        held.removeAll(keepingCapacity: true)
    }

    private static func isLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
