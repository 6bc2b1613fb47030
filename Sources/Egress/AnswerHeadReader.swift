/// Reads an answer's head from the lines that libcurl hands on: interim answers, the answer itself, trailers.
struct AnswerHeadReader {
    enum Progress {
        /// More lines follow, or this one does not matter.
        case reading
        case complete(AnswerHead)
    }

    private let limit: Int
    private var size = 0
    private var status: Int?
    private var headers: [AnswerHead.Header] = []
    private(set) var isComplete = false

    /// - Parameter limit: The most bytes that all lines together may have.
    init(limit: Int) {
        self.limit = limit
    }

    mutating func read(_ line: UnsafeRawBufferPointer) throws(EgressError) -> Progress {
        size += line.count
        guard size <= limit else { throw .headersTooLarge }
        // What follows is trailers.
        if isComplete { return .reading }
        let text = Self.withoutLineEnd(line)
        guard let status else {
            self.status = try Self.status(in: text)
            return .reading
        }
        if !text.isEmpty {
            try readHeader(text)
            return .reading
        }
        if status == 101 { throw .malformedAnswer("it switches protocols, which was not asked for") }
        if status < 200 {
            self.status = nil
            headers = []
            return .reading
        }
        isComplete = true
        return .complete(AnswerHead(status: status, headers: headers))
    }

    private mutating func readHeader(_ text: UnsafeRawBufferPointer) throws(EgressError) {
        guard HeaderSyntax.isValue(text) else { throw .malformedAnswer("a header has control characters") }
        if let first = text.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
            // A folded line (RFC 9112, section 5.2) continues the value before it.
            guard let last = headers.popLast() else { throw .malformedAnswer("its first header has no name") }
            let more = String(decoding: HeaderSyntax.trimmed(text), as: UTF8.self)
            headers.append(AnswerHead.Header(name: last.name, value: last.value + " " + more))
            return
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), HeaderSyntax.isToken(text[..<colon]) else {
            throw .malformedAnswer("a header has no name")
        }
        let value = HeaderSyntax.trimmed(UnsafeRawBufferPointer(rebasing: text[(colon + 1)...]))
        headers.append(
            AnswerHead.Header(
                name: String(decoding: text[..<colon], as: UTF8.self),
                value: String(decoding: value, as: UTF8.self)
            )
        )
    }

    /// Reads `HTTP/1.1 200 OK`.
    private static func status(in text: UnsafeRawBufferPointer) throws(EgressError) -> Int {
        let parts = text.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard
            parts.count >= 2, parts[0].starts(with: "HTTP/".utf8), parts[1].count == 3,
            let status = Int(String(decoding: parts[1], as: UTF8.self)), (100...599).contains(status)
        else { throw .malformedAnswer("it does not start with a status") }
        return status
    }

    private static func withoutLineEnd(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var line = line[...]
        if line.last == UInt8(ascii: "\n") { line = line.dropLast() }
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        return UnsafeRawBufferPointer(rebasing: line)
    }
}
