import CMicrohttpd
package import NetworkTypes
import Platform

/// A TCP socket that listens. Its creator closes it.
package struct ListeningSocket: Sendable {
    package let descriptor: Int32
    package let port: UInt16
    let isIPv6: Bool

    init(descriptor: Int32, port: UInt16, isIPv6: Bool) {
        self.descriptor = descriptor
        self.port = port
        self.isIPv6 = isIPv6
    }

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - address: An IPv4 or IPv6 literal, or `localhost`.
    ///   - port: 0 for any free one.
    /// - Throws: ``HTTPServerError`` with the address as it was meant.
    package init(address: String, port: UInt16) throws(HTTPServerError) {
        let literal = address == "localhost" ? "127.0.0.1" : address
        let endpoint = literal.contains(":") ? "[\(literal)]:\(port)" : "\(literal):\(port)"
        var storage = sockaddr_storage()
        var length = socklen_t(0)
        let isValid = withUnsafeMutableBytes(of: &storage) { bytes -> Bool in
            guard let start = bytes.baseAddress else { return false }
            let ipv4 = start.bindMemory(to: sockaddr_in.self, capacity: 1)
            if inet_pton(AF_INET, literal, &ipv4.pointee.sin_addr) == 1 {
                ipv4.pointee.sin_family = sa_family_t(AF_INET)
                ipv4.pointee.sin_port = port.bigEndian
                length = socklen_t(MemoryLayout<sockaddr_in>.size)
                return true
            }
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
            let ipv6 = start.bindMemory(to: sockaddr_in6.self, capacity: 1)
            ipv6.pointee.sin6_family = sa_family_t(AF_INET6)
            ipv6.pointee.sin6_port = port.bigEndian
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            return inet_pton(AF_INET6, literal, &ipv6.pointee.sin6_addr) == 1
        }
        guard isValid else { throw .invalidAddress(address) }
        isIPv6 = Int32(storage.ss_family) == AF_INET6

        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Platform.socket(Int32(storage.ss_family), type, 0)
        guard socket >= 0 else { throw .system(call: "socket", reason: Self.reason(errno)) }
        descriptor = socket
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))

        var bound = sockaddr_storage()
        var boundLength = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let failure = Self.withSocketAddress(&storage) { address -> (call: String, code: Int32)? in
            guard bind(socket, address, length) == 0 else { return ("bind", errno) }
            guard listen(socket, SOMAXCONN) == 0 else { return ("listen", errno) }
            return nil
        }
        if let failure {
            Platform.close(socket)
            switch failure.code {
            case EADDRINUSE: throw .addressInUse(endpoint)
            case EADDRNOTAVAIL: throw .addressNotAvailable(endpoint)
            case EACCES, EPERM: throw .permissionDenied(endpoint)
            default: throw .system(call: failure.call, reason: Self.reason(failure.code))
            }
        }
        _ = Self.withSocketAddress(&bound) { getsockname(socket, $0, &boundLength) }
        // The port stands at the same place in both families.
        self.port = withUnsafeBytes(of: bound) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    }

    /// Closes the socket, if it was not given to a thread that accepts.
    package func close() { Platform.close(descriptor) }

    private static func withSocketAddress<Result>(
        _ storage: inout sockaddr_storage,
        _ body: (UnsafeMutablePointer<sockaddr>) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension ListeningSocket {
    /// The result of an attempt to accept.
    package enum Acceptance {
        case accepted(AcceptedSocket)
        /// A connection that has failed before it was accepted: the next one may be well.
        case failed
        /// No connection waits.
        case none
        /// The process has reached a limit of the system.
        case exhausted
    }

    /// Accepts the next connection that waits.
    package func accept() -> Acceptance {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let client = keyway_accept(descriptor, &address, &length)
        guard client >= 0 else {
            switch errno {
            case EAGAIN: return .none
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            default: return .failed
            }
        }
        return .accepted(AcceptedSocket(descriptor: client, address: address, length: length))
    }
}

/// A connection that was accepted: a socket that does not block. Its holder closes it.
package struct AcceptedSocket: @unchecked Sendable {
    // Safe to share: all of it is constant, and plain values.
    package let descriptor: Int32
    package let remoteAddress: IPAddress
    let address: sockaddr_storage
    let length: socklen_t

    init(descriptor: Int32, address: sockaddr_storage, length: socklen_t) {
        self.descriptor = descriptor
        self.address = address
        self.length = length
        remoteAddress = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                // A Unix socket's client is on this machine.
                IPAddress($0) ?? ($0.pointee.sa_family == sa_family_t(AF_UNIX) ? .loopback : .unspecified)
            }
        }
    }
}

extension AcceptedSocket {
    /// A connection that stands for a client's, and the other end of it; both do not block.
    package static func pair(from client: AcceptedSocket) -> (client: AcceptedSocket, other: Int32)? {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { return nil }
        return (AcceptedSocket(descriptor: ends[0], address: client.address, length: client.length), ends[1])
    }
}
