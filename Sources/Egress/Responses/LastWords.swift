import Platform

/// The response of a third party that answers without reading all of a body, and closes its side at once. What is sent
/// then breaks the connection; libcurl may find that out before it reads, and closes the socket. What had come is still
/// there.
///
/// For connections without TLS alone: past libcurl nothing can be decrypted.
final class LastWords {
    struct Response {
        /// The lines of the head, with their ends.
        let head: [UnsafeRawBufferPointer]
        let body: UnsafeRawBufferPointer
    }

    private var socket: Int32 = -1
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// The longest response that is read, in bytes.
    private static let capacity = 32_768

    deinit {
        forget()
        if let start = memory.baseAddress { explicit_bzero(start, memory.count) }
        memory.deallocate()
    }

    /// Keeps a socket of the transfer's open beside libcurl.
    func keep(_ socket: Int32) {
        forget()
        self.socket = fcntl(socket, F_DUPFD_CLOEXEC, 0)
    }

    private func forget() {
        if socket >= 0 { close(socket) }
        socket = -1
    }

    /// The response there is to read, if it is whole and says the length of its body. Valid as long as this object.
    func response() -> Response? {
        guard socket >= 0, memory.isEmpty else { return nil }
        memory = .allocate(byteCount: Self.capacity, alignment: 1)
        var count = 0
        while count < memory.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: memory[count...])
            let read = recv(socket, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
            guard read > 0 else { break }
            count += read
        }
        return Self.parse(UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer) -> Response? {
        var head: [UnsafeRawBufferPointer] = []
        var length: Int?
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = UnsafeRawBufferPointer(rebasing: rest[rest.startIndex...end])
            rest = rest[(end + 1)...]
            head.append(line)
            let text = String(decoding: line, as: UTF8.self).lowercased()
            if text == "\r\n" || text == "\n" {
                guard let length, rest.count >= length else { return nil }
                return Response(head: head, body: UnsafeRawBufferPointer(rebasing: rest.prefix(length)))
            }
            if text.hasPrefix("content-length:") {
                length = Int(text.dropFirst("content-length:".count).filter { !$0.isWhitespace })
            }
        }
        return nil
    }
}
