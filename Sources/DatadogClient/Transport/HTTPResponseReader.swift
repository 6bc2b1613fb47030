import Foundation

/// Reads one answer from a connection (RFC 9112).
struct HTTPResponseReader {
    /// Whether the connection may carry another request.
    private(set) var isReusable = false
    private let connection: SocketConnection
    /// What has come in, and is not read yet from `position` on.
    private var bytes: [UInt8] = []
    private var position = 0

    private static let greatestHead = 65_536
    private static let greatestBody = 256 * 1_048_576
    private static let malformed = TransportError(.other, "the answer is not HTTP")

    init(_ connection: SocketConnection) {
        self.connection = connection
        bytes.reserveCapacity(4096)
    }

    mutating func response() throws(TransportError) -> TransportResponse {
        while true {
            let statusLine = try line()
            guard statusLine.hasPrefix("HTTP/1."), statusLine.utf8.count >= 12,
                let status = Int(statusLine.dropFirst(9).prefix(3)), (100..<600).contains(status)
            else { throw Self.malformed }
            var response = TransportResponse(status: status, headers: try headers())
            // Interim answers, such as 103, come before the answer.
            if status < 200 { continue }
            isReusable = statusLine.hasPrefix("HTTP/1.1") && !Self.has("close", in: response.header("Connection"))
            response.body = try body(of: response)
            // Whatever follows belongs to no request of ours.
            if position < bytes.count { isReusable = false }
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

    private mutating func body(of response: TransportResponse) throws(TransportError) -> Data {
        if response.status == 204 || response.status == 304 { return Data() }
        if let coding = response.header("Transfer-Encoding") {
            guard Self.has("chunked", in: coding) else { throw Self.malformed }
            // With a length beside it somebody on the way may have read it otherwise.
            if response.header("Content-Length") != nil { isReusable = false }
            return try chunks()
        }
        if let length = response.header("Content-Length") {
            guard let count = Int(length), (0...Self.greatestBody).contains(count) else { throw Self.malformed }
            return Data(try take(count))
        }
        isReusable = false
        while try connection.receive(into: &bytes) {
            guard bytes.count - position <= Self.greatestBody else { throw Self.malformed }
        }
        defer { position = bytes.count }
        return Data(bytes[position...])
    }

    private mutating func chunks() throws(TransportError) -> Data {
        var body = Data()
        while true {
            let size = try line().prefix { $0 != ";" }
            guard let count = Int(Self.trimmed(size), radix: 16), count >= 0, body.count + count <= Self.greatestBody
            else { throw Self.malformed }
            if count == 0 {
                _ = try headers()
                return body
            }
            body.append(contentsOf: try take(count))
            guard try line().isEmpty else { throw Self.malformed }
        }
    }

    // MARK: Bytes

    private mutating func take(_ count: Int) throws(TransportError) -> ArraySlice<UInt8> {
        while bytes.count - position < count { try more() }
        defer { position += count }
        return bytes[position..<position + count]
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
            throw TransportError(.lost, "the connection was closed before the answer ended")
        }
    }
}
