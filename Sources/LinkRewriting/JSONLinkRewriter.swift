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
    private var name: [UInt8] = []
    private var held: [UInt8] = []

    /// A document that nests deeper passes unchanged from there on.
    private static let depthAtMost = 512
    /// A longer string is no link, as it stands, in bytes.
    private static let longestString = 2 * WebLink.longest

    private enum State {
        case ready(Expected)
        case string(Use, Escape)
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

    private enum Escape {
        case none, backslash
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
        var index = 0
        while index < piece.count {
            switch state {
            case .broken:
                Self.append(piece[index...], to: &output)
                return
            case .string(let use, let escape): readString(piece, &index, use, escape, &output)
            case .ready(let expected):
                let start = index
                readStructure(piece, &index, expected)
                Self.append(piece[start..<index], to: &output)
            case .literal:
                let start = index
                while index < piece.count, Self.isLiteral(piece[index]) { index += 1 }
                Self.append(piece[start..<index], to: &output)
                if index < piece.count { state = .ready(afterValue()) }
            }
        }
    }

    /// Appends what was held back of a document that ends too early.
    package mutating func finish(into output: inout [UInt8]) {
        output += held
        held = []
    }

    // MARK: Structure

    /// Reads on to the next string or literal, past it if it is a name's or value's first byte.
    private mutating func readStructure(_ piece: UnsafeRawBufferPointer, _ index: inout Int, _ expected: Expected) {
        var expected = expected
        while index < piece.count {
            let byte = piece[index]
            if Self.isBlank(byte) || (containers.isEmpty && expected == .value && Self.standsBetweenDocuments(byte)) {
                index += 1
                continue
            }
            switch (byte, expected) {
            case (UInt8(ascii: "\""), .name), (UInt8(ascii: "\""), .nameOrEnd):
                name.removeAll(keepingCapacity: true)
                state = .string(.name, .none)
                index += 1
                return
            case (UInt8(ascii: "\""), .value), (UInt8(ascii: "\""), .valueOrEnd):
                // A string at its place is held with its quotation mark; the caller passes on what stands before.
                if next.isComplete, containers.last?.isObject == true {
                    state = .string(.link, .none)
                    return
                }
                state = .string(.other, .none)
                index += 1
                return
            case (UInt8(ascii: ":"), .colon): expected = .value
            case (UInt8(ascii: ","), .commaOrEnd):
                guard let container = containers.last else { return breakDown() }
                expected = container.isObject ? .name : .value
                next = container.progress
            case (UInt8(ascii: "{"), .value), (UInt8(ascii: "{"), .valueOrEnd),
                (UInt8(ascii: "["), .value), (UInt8(ascii: "["), .valueOrEnd):
                guard containers.count < Self.depthAtMost else { return breakDown() }
                let isObject = byte == UInt8(ascii: "{")
                // What holds for a list holds for each of its elements.
                containers.append(Container(isObject: isObject, progress: next))
                expected = isObject ? .nameOrEnd : .valueOrEnd
            case (UInt8(ascii: "}"), .nameOrEnd), (UInt8(ascii: "}"), .commaOrEnd),
                (UInt8(ascii: "]"), .valueOrEnd), (UInt8(ascii: "]"), .commaOrEnd):
                guard containers.popLast()?.isObject == (byte == UInt8(ascii: "}")) else { return breakDown() }
                expected = afterValue()
            case (_, .value) where Self.isLiteral(byte), (_, .valueOrEnd) where Self.isLiteral(byte):
                state = .literal
                return
            default: return breakDown()
            }
            index += 1
        }
        state = .ready(expected)
    }

    /// What follows a value: at the end of a document, another.
    private mutating func afterValue() -> Expected {
        guard containers.isEmpty else { return .commaOrEnd }
        next = places.start
        return .value
    }

    private mutating func breakDown() {
        state = .broken
    }

    // MARK: Strings

    private mutating func readString(
        _ piece: UnsafeRawBufferPointer,
        _ index: inout Int,
        _ use: Use,
        _ escape: Escape,
        _ output: inout [UInt8]
    ) {
        let start = index
        var escape = escape
        // The quotation mark of a string that is held is still to come.
        if use == .link, held.isEmpty { index += 1 }
        while index < piece.count {
            let byte = piece[index]
            index += 1
            if escape == .backslash {
                escape = .none
            } else if byte == UInt8(ascii: "\\") {
                escape = .backslash
            } else if byte == UInt8(ascii: "\"") {
                return ended(use, piece[start..<index], &output)
            }
        }
        state = .string(use, escape)
        keep(use, piece[start..<index], &output)
    }

    /// A part of a string was read that goes on.
    private mutating func keep(_ use: Use, _ part: Slice<UnsafeRawBufferPointer>, _ output: inout [UInt8]) {
        switch use {
        case .name where name.count <= places.longestName: name += part
        case .link:
            held += part
            guard held.count > Self.longestString else { return }
            output += held
            held.removeAll()
            if case .string(_, let escape) = state { state = .string(.other, escape) }
            return
        case .name, .other: break
        }
        Self.append(part, to: &output)
    }

    /// The last part of a string was read, with its quotation mark.
    private mutating func ended(_ use: Use, _ part: Slice<UnsafeRawBufferPointer>, _ output: inout [UInt8]) {
        switch use {
        case .name:
            keep(.name, part, &output)
            let progress = containers.last?.progress ?? places.start
            next = places.advanced(progress, by: name.last == UInt8(ascii: "\"") ? name.dropLast() : nil)
            state = .ready(.colon)
        case .link:
            held += part
            if let link = JSONString.decoded(held.dropFirst().dropLast()).flatMap({ rewriter.rewritten($0) }) {
                JSONString.append(link, to: &output)
                rewrittenCount += 1
            } else {
                output += held
            }
            held.removeAll(keepingCapacity: true)
            state = .ready(afterValue())
        case .other:
            Self.append(part, to: &output)
            state = .ready(afterValue())
        }
    }

    // MARK: Bytes

    private static func append(_ part: Slice<UnsafeRawBufferPointer>, to output: inout [UInt8]) {
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: part))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// The separator of JSON text sequences (RFC 7464), and a byte order mark.
    private static func standsBetweenDocuments(_ byte: UInt8) -> Bool {
        byte == 0x1E || byte == 0xEF || byte == 0xBB || byte == 0xBF
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
