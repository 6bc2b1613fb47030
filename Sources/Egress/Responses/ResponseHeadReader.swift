import NetworkTypes

/// Reads a response's head from the lines that libcurl passes on: interim responses, the response itself, trailers.
///
/// A line that is no header is left out, as are headers beyond the limit, except those that say how to read the body:
/// the request may have been carried out, and its status counts for more than a header.
struct ResponseHeadReader {
    enum Progress {
        /// More lines follow, or this one does not matter.
        case reading
        case complete(ResponseHead)
    }

    private let limit: Int
    private var size = 0
    private var status: Int?
    private var headers: [HeaderField] = []
    /// Whether the last line was a header that was left out: then so is what continues it.
    private var hasLeftOut = true
    private(set) var isComplete = false
    /// Whether anything was read.
    var hasBegun: Bool { size > 0 }

    /// How much longer than the limit a head may be, and still be read to its end.
    private static let patience = 16
    /// The longest header that is kept beyond the limit.
    private static let longestOfFraming = 1_024

    /// - Parameter limit: The most bytes of headers that are kept.
    init(limit: Int) {
        self.limit = limit
    }

    /// A head that has a status, but no end yet.
    var incomplete: ResponseHead? {
        guard !isComplete, let status, status >= 200 else { return nil }
        return ResponseHead(status: status, headers: headers)
    }

    mutating func read(_ line: UnsafeRawBufferPointer) throws(EgressError) -> Progress {
        // What follows is trailers.
        if isComplete { return .reading }
        size += line.count
        guard size <= limit * Self.patience else { throw .headersTooLarge }
        let text = Self.withoutLineEnd(line)
        guard let status else {
            self.status = try Self.status(in: text)
            return .reading
        }
        if !text.isEmpty {
            readHeader(text)
            return .reading
        }
        if status < 200, status != 101 {
            self.status = nil
            headers = []
            hasLeftOut = true
            return .reading
        }
        isComplete = true
        return .complete(ResponseHead(status: status, headers: headers))
    }

    private mutating func readHeader(_ text: UnsafeRawBufferPointer) {
        let isWithinLimit = size <= limit
        guard HeaderSyntax.isValue(text) else {
            hasLeftOut = true
            return
        }
        if let first = text.first, HeaderSyntax.isBlank(first) {
            // A folded line (RFC 9112, section 5.2) continues the value before it.
            guard !hasLeftOut, isWithinLimit, let last = headers.popLast() else { return }
            let before = last.rawValue ?? Array(last.value.utf8)
            let bytes = before + [UInt8(ascii: " ")] + HeaderSyntax.trimmed(text)
            headers.append(HeaderField(name: last.name, bytes: bytes))
            return
        }
        hasLeftOut = true
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return }
        // Some read a name with blanks after it as that name: what it says of the body must not be missed.
        let name = HeaderSyntax.trimmed(UnsafeRawBufferPointer(rebasing: text[..<colon]))
        guard HeaderSyntax.isToken(name) else { return }
        let header = HeaderField(
            name: String(decoding: name, as: UTF8.self),
            bytes: HeaderSyntax.trimmed(UnsafeRawBufferPointer(rebasing: text[(colon + 1)...]))
        )
        guard isWithinLimit || (header.isOfFraming && text.count <= Self.longestOfFraming) else { return }
        headers.append(header)
        hasLeftOut = false
    }

    /// Reads `HTTP/1.1 200 OK`.
    private static func status(in text: UnsafeRawBufferPointer) throws(EgressError) -> Int {
        let parts = text.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard
            parts.count >= 2, parts[0].starts(with: "HTTP/".utf8), parts[1].count == 3,
            parts[1].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let status = Int(String(decoding: parts[1], as: UTF8.self)), status >= 100
        else { throw .malformedResponse("it does not start with a status") }
        return status
    }

    private static func withoutLineEnd(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var line = line[...]
        if line.last == UInt8(ascii: "\n") { line = line.dropLast() }
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        return UnsafeRawBufferPointer(rebasing: line)
    }
}
