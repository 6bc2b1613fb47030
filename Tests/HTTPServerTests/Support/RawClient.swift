import Platform

/// A TCP client that sends bytes as they are, and fails instead of waiting for ever.
final class RawClient {
    enum Failure: Error {
        case system(String, Int32)
        case deadlinePassed
        case closed(after: String)
        case malformed(String)
    }

    struct Answer {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: String

        subscript(name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isOpen = true
    /// Lives as long as the client.
    private let server: AnyObject?

    init(port: UInt16, source: String? = nil, keeping server: AnyObject? = nil) throws {
        self.server = server
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.system("socket", errno) }
        // Generous: it is there to end a hanging test, not to measure.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if let source {
            guard Self.with(source, 0, { bind(descriptor, $0, $1) }) == 0 else { throw Failure.system("bind", errno) }
        }
        guard Self.with("127.0.0.1", port, { connect(descriptor, $0, $1) }) == 0 else {
            throw Failure.system("connect", errno)
        }
    }

    deinit {
        if isOpen { Platform.close(descriptor) }
    }

    private static func with(
        _ address: String,
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &name.sin_addr)
        return withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Platform.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure.system("send", errno) }
            sent += count
        }
    }

    /// Sends what the server still takes; a server may close early.
    func sendAsMuchAsPossible(_ bytes: [UInt8]) {
        try? send(bytes)
    }

    /// Says that nothing more will be sent, and goes on reading.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() {
        isOpen = false
        Platform.close(descriptor)
    }

    /// Closes with a reset instead of an orderly end.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Whether the server closes without sending more.
    func isClosedByServer() throws -> Bool {
        guard buffer.isEmpty else { return false }
        return try !fill()
    }

    /// Reads one response; of a response to HEAD only the head.
    func answer(toHead: Bool = false) throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        var headEnd: Int?
        while headEnd == nil {
            headEnd = buffer.indices.first { buffer[$0...].starts(with: end) }
            if headEnd == nil, try !fill() { throw Failure.closed(after: String(decoding: buffer, as: UTF8.self)) }
        }
        let head = String(decoding: buffer[..<(headEnd ?? 0)], as: UTF8.self)
        buffer.removeFirst((headEnd ?? 0) + end.count)
        let lines = head.split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure.malformed(head)
        }
        var answer = Answer(status: status, headers: [], body: "")
        for line in lines.dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            answer.headers.append((String(parts[0]), parts.count > 1 ? String(parts[1]) : ""))
        }
        if status == 100 || status == 204 || toHead { return answer }
        if answer["Transfer-Encoding"] == "chunked" {
            answer.body = try chunkedBody()
            return answer
        }
        let length = answer["Content-Length"].flatMap { Int($0) } ?? 0
        while buffer.count < length {
            if try !fill() { throw Failure.closed(after: String(decoding: buffer, as: UTF8.self)) }
        }
        answer.body = String(decoding: buffer[..<length], as: UTF8.self)
        buffer.removeFirst(length)
        return answer
    }

    /// Reads a head, its empty line included, as it came.
    func headBytes() throws -> [UInt8] {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = buffer.firstRange(of: end) {
                defer { buffer.removeSubrange(..<range.upperBound) }
                return Array(buffer[..<range.upperBound])
            }
            if try !fill() { throw Failure.closed(after: String(decoding: buffer, as: UTF8.self)) }
        }
    }

    /// Reads a head and leaves the body.
    func head() throws -> String {
        var head = ""
        while true {
            let line = try line()
            if line.isEmpty { return head }
            head += line + "\r\n"
        }
    }

    /// All that comes until the server ends its side; a connection that is broken is an error.
    func rest() throws -> String {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count >= 0 else { throw Failure.system("recv", errno) }
            if count == 0 { break }
            buffer += chunk[..<count]
        }
        defer { buffer = [] }
        return String(decoding: buffer, as: UTF8.self)
    }

    /// The next bytes, as they came.
    func next(_ count: Int) throws -> String {
        while buffer.count < count {
            if try !fill() { throw Failure.closed(after: String(decoding: buffer, as: UTF8.self)) }
        }
        defer { buffer.removeFirst(count) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// Reads a body in chunks to its end.
    func chunkedBody() throws -> String {
        var body: [UInt8] = []
        while true {
            let size = try line()
            guard let count = Int(size, radix: 16) else { throw Failure.malformed(size) }
            while buffer.count < count + 2 {
                if try !fill() { throw Failure.closed(after: String(decoding: body + buffer, as: UTF8.self)) }
            }
            body += buffer[..<count]
            buffer.removeFirst(count + 2)
            if count == 0 { return String(decoding: body, as: UTF8.self) }
        }
    }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 13), buffer.count > end + 1 {
                defer { buffer.removeFirst(end + 2) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            if try !fill() { throw Failure.closed(after: String(decoding: buffer, as: UTF8.self)) }
        }
    }

    /// Reads more; false at the end.
    private func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count > 0 {
            buffer += chunk[..<count]
            return true
        }
        if count == 0 || errno == ECONNRESET { return false }
        if errno == EAGAIN { throw Failure.deadlinePassed }
        throw Failure.system("recv", errno)
    }
}
