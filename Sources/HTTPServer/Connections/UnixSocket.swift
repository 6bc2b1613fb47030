import CMicrohttpd
import Platform

/// Sockets at paths of the file system.
package enum UnixSocket {
    /// Connects to the socket at a path.
    ///
    /// - Returns: A socket that does not block, which the caller closes; `nil` if nobody listens there.
    package static func connect(_ path: String) -> Int32? {
        guard var address = address(path) else { return nil }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Platform.socket(AF_UNIX, type, 0)
        guard socket >= 0 else { return nil }
        guard with(&address, { Platform.connect(socket, $0, $1) }) == 0 else {
            close(socket)
            return nil
        }
        return socket
    }

    /// The longest path has one byte less than the field.
    static func address(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let isCopied = withUnsafeMutableBytes(of: &address.sun_path) { field in
            guard !bytes.isEmpty, bytes.count < field.count, !bytes.contains(0) else { return false }
            field.copyBytes(from: bytes)
            return true
        }
        return isCopied ? address : nil
    }

    static func with<Result>(
        _ address: inout sockaddr_un,
        _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}

extension ListeningSocket {
    /// Binds to a path, and listens. A socket there at which nobody listens any more is replaced; the new one is its
    /// owner's alone.
    ///
    /// - Throws: ``HTTPServerError``.
    package init(path: String) throws(HTTPServerError) {
        guard var address = UnixSocket.address(path) else { throw .invalidAddress("unix:\(path)") }
        if let other = UnixSocket.connect(path) {
            Platform.close(other)
            throw .addressInUse("unix:\(path)")
        }
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Platform.socket(AF_UNIX, type, 0)
        guard socket >= 0 else { throw .system(call: "socket", reason: Self.reason(errno)) }
        // Nobody can connect before `listen`, which comes after the mode is set.
        let isBound = UnixSocket.with(&address) { bind(socket, $0, $1) } == 0
        guard isBound, chmod(path, 0o600) == 0, listen(socket, SOMAXCONN) == 0 else {
            let code = errno
            Platform.close(socket)
            switch code {
            case EADDRINUSE: throw .addressInUse("unix:\(path)")
            case EACCES, EPERM: throw .permissionDenied("unix:\(path)")
            default: throw .system(call: "bind", reason: "unix:\(path): \(Self.reason(code))")
            }
        }
        self.init(descriptor: socket, port: 0, isIPv6: false)
    }
}
