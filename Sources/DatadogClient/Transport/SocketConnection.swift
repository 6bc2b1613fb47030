import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A connection to a server, closed when the last reference goes.
///
/// Safe to share: one exchange at a time uses it, and ``shutDown()`` may be called meanwhile.
final class SocketConnection: @unchecked Sendable {
    let address: HTTPAddress
    private let descriptor: Int32
    private var timeout: Duration?
    /// Whether anything has come in since the last request was sent.
    private(set) var hasAnswered = false

    /// Connects.
    init(to address: HTTPAddress, timeout: Duration) throws(TransportError) {
        self.address = address
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, String(address.port), &hints, &found) == 0 else {
            throw TransportError(.other, "the server's name can't be resolved")
        }
        defer { freeaddrinfo(found) }
        var candidate = found
        while let entry = candidate?.pointee {
            let descriptor = socket(entry.ai_family, entry.ai_socktype, entry.ai_protocol)
            if descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                Self.set(timeout, SO_SNDTIMEO, of: descriptor)
                if connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 {
                    Self.prepare(descriptor)
                    self.descriptor = descriptor
                    return
                }
                close(descriptor)
            }
            candidate = entry.ai_next
        }
        throw TransportError(.refused, "the server can't be connected to")
    }

    deinit {
        close(descriptor)
    }

    private static func prepare(_ descriptor: Int32) {
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, size)
        #if canImport(Darwin)
            setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, size)
        #endif
    }

    private static func set(_ timeout: Duration, _ option: Int32, of descriptor: Int32) {
        let (seconds, attoseconds) = timeout.components
        var value = timeval()
        value.tv_sec = .init(clamping: max(0, seconds))
        value.tv_usec = .init(clamping: attoseconds / 1_000_000_000_000)
        // Zero would mean to wait for ever.
        if value.tv_sec == 0, value.tv_usec == 0 { value.tv_usec = 1 }
        setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sets how long the server may be silent.
    func setTimeout(_ timeout: Duration) throws(TransportError) {
        guard timeout != self.timeout else { return }
        Self.set(timeout, SO_RCVTIMEO, of: descriptor)
        Self.set(timeout, SO_SNDTIMEO, of: descriptor)
        self.timeout = timeout
    }

    /// Whether the server has sent nothing, nor closed.
    var isQuiet: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) < 0
            && (errno == EAGAIN || errno == EWOULDBLOCK)
    }

    func send(_ bytes: [UInt8]) throws(TransportError) {
        hasAnswered = false
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    write(descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent)
                #else
                    Foundation.send(
                        descriptor,
                        buffer.baseAddress?.advanced(by: sent),
                        buffer.count - sent,
                        Int32(MSG_NOSIGNAL)
                    )
                #endif
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                throw Self.failure()
            }
        }
    }

    /// Appends what comes next.
    ///
    /// - Returns: Whether there was anything: the other side may have closed.
    func receive(into bytes: inout [UInt8]) throws(TransportError) -> Bool {
        while true {
            let capacity = 16_384
            let end = bytes.count
            var code: Int32 = 0
            let count = withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 1) { buffer in
                let count = recv(descriptor, buffer.baseAddress, capacity, 0)
                if count > 0 { bytes.append(contentsOf: buffer[..<count]) }
                code = errno
                return count
            }
            if count > 0 {
                hasAnswered = true
                return bytes.count > end
            }
            if count == 0 { return false }
            guard code == EINTR else { throw Self.failure(code) }
        }
    }

    private static func failure(_ code: Int32 = errno) -> TransportError {
        code == EAGAIN || code == EWOULDBLOCK
            ? TransportError(.timedOut, "the server did not respond in time")
            : TransportError(.lost, "the connection was lost")
    }

    /// Ends all reading and writing, for all who wait for it.
    func shutDown() {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
