import Foundation

/// Reads one response from a connection (RFC 9112).
struct HTTPResponseReader {
    /// Whether the connection may carry another request, once the body is read to its end.
    private(set) var isReusable = false
    private let connection: SocketConnection
    /// Whether the request was one whose response has no body, whatever its headers say.
    private let isHead: Bool
    /// The bytes received, unread from `position` on.
    private var bytes: [UInt8] = []
    private var position = 0
    private var rest = Rest.nothing

    /// The unread part of the body.
    private enum Rest {
        case nothing
        case bytes(Int)
        /// A chunk, whose size is to be read first.
        case firstChunk
        /// So much of a chunk, and then others.
        case chunk(Int)
        /// The end of a chunk that is read, and then others.
        case nextChunk
        case untilClose
    }

    private static let greatestHead = 65_536
    private static let greatestBody = 256 * 1_048_576
    private static let malformed = TransportError(.other, "the response is not HTTP")

    init(_ connection: SocketConnection, method: String) {
        self.connection = connection
        isHead = method == "HEAD"
        bytes.reserveCapacity(4096)
    }

    /// The whole response.
    mutating func response() throws(TransportError) -> TransportResponse {
        var response = try head()
        if case .bytes(let count) = rest {
            guard count <= Self.greatestBody else { throw Self.malformed }
            response.body.reserveCapacity(count)
        }
        while let piece = try piece() {
            guard response.body.count + piece.count <= Self.greatestBody else { throw Self.malformed }
            response.body.append(contentsOf: piece)
        }
        return response
    }

    /// The response without its body, which ``piece()`` reads.
    mutating func head() throws(TransportError) -> TransportResponse {
        while true {
            let statusLine = try line()
            guard statusLine.hasPrefix("HTTP/1."), statusLine.utf8.count >= 12,
                let status = Int(statusLine.dropFirst(9).prefix(3)), (100..<600).contains(status)
            else { throw Self.malformed }
            let response = TransportResponse(status: status, headers: try headers())
            // Interim responses, such as 103, come before the response.
            if status < 200 { continue }
            isReusable = statusLine.hasPrefix("HTTP/1.1") && !Self.has("close", in: response.header("Connection"))
            rest = try body(of: response)
            noteEnd()
            return response
        }
    }

    private mutating func headers() throws(TransportError) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        var length = 0
        while case let line = try line(), !line.isEmpty {
            length += line.utf8.count
            guard length <= Self.greatestHead, let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                throw Self.malformed
            }
            let value = line[line.utf8.index(after: colon)...].utf8
                .drop { $0 == 0x20 || $0 == 0x09 }
            headers.append((String(line[..<colon]), Self.trimmed(Substring(value))))
        }
        return headers
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return String(text)
    }

    private static func has(_ token: String, in value: String?) -> Bool {
        value?.lowercased().split(separator: ",").contains { trimmed($0.drop { $0 == " " }) == token } ?? false
    }

    // MARK: The body

    private mutating func body(of response: TransportResponse) throws(TransportError) -> Rest {
        if isHead || response.status == 204 || response.status == 304 { return .nothing }
        if let coding = response.header("Transfer-Encoding") {
            guard Self.has("chunked", in: coding) else { throw Self.malformed }
            // With a length beside it somebody on the way may have read it otherwise.
            if response.header("Content-Length") != nil { isReusable = false }
            return .firstChunk
        }
        if let length = response.header("Content-Length") {
            guard let count = Int(length), count >= 0 else { throw Self.malformed }
            return count == 0 ? .nothing : .bytes(count)
        }
        isReusable = false
        return .untilClose
    }

    /// Takes the bytes of the body that have come, at least one; `nil` at its end.
    mutating func piece() throws(TransportError) -> ArraySlice<UInt8>? {
        while true {
            switch rest {
            case .nothing: return nil
            case .bytes(let count):
                let piece = try take(atMost: count)
                rest = piece.count < count ? .bytes(count - piece.count) : .nothing
                noteEnd()
                return piece
            case .chunk(let count):
                let piece = try take(atMost: count)
                // What follows is not waited for: it may come much later.
                rest = piece.count < count ? .chunk(count - piece.count) : .nextChunk
                return piece
            case .nextChunk:
                guard try line().isEmpty else { throw Self.malformed }
                rest = .firstChunk
            case .firstChunk:
                rest = try chunk()
                noteEnd()
            case .untilClose:
                makeRoom()
                if position == bytes.count, try !connection.receive(into: &bytes) {
                    rest = .nothing
                    return nil
                }
                defer { position = bytes.count }
                return bytes[position...]
            }
        }
    }

    /// Reads the size of a chunk; of the last one, what follows it.
    private mutating func chunk() throws(TransportError) -> Rest {
        let size = try line().prefix { $0 != ";" }
        guard let count = Int(Self.trimmed(size), radix: 16), count >= 0 else { throw Self.malformed }
        if count > 0 { return .chunk(count) }
        _ = try headers()
        return .nothing
    }

    /// Whatever follows the end of a response belongs to no request of ours.
    private mutating func noteEnd() {
        if case .nothing = rest, position < bytes.count { isReusable = false }
    }

    // MARK: Bytes

    private mutating func take(atMost count: Int) throws(TransportError) -> ArraySlice<UInt8> {
        makeRoom()
        if position == bytes.count { try more() }
        let end = min(position + count, bytes.count)
        defer { position = end }
        return bytes[position..<end]
    }

    /// Forgets what is read, so that a long body needs no more memory than a piece of it.
    private mutating func makeRoom() {
        if position == bytes.count {
            bytes.removeAll(keepingCapacity: true)
        } else if position > Self.greatestHead {
            bytes.removeSubrange(..<position)
        } else {
            return
        }
        position = 0
    }

    /// A line without its end.
    private mutating func line() throws(TransportError) -> String {
        var searched = position
        while true {
            if let end = bytes[searched...].firstIndex(of: 0x0a) {
                defer { position = end + 1 }
                let contentEnd = end > position && bytes[end - 1] == 0x0d ? end - 1 : end
                return String(decoding: bytes[position..<contentEnd], as: UTF8.self)
            }
            searched = bytes.count
            guard searched - position <= Self.greatestHead else { throw Self.malformed }
            try more()
        }
    }

    private mutating func more() throws(TransportError) {
        guard try connection.receive(into: &bytes) else {
            throw TransportError(.lost, "the connection was closed before the response ended")
        }
    }
}
