import CMicrohttpd

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The address and port of this server at which a client reached it.
package struct LocalEndpoint: Sendable, Equatable {
    package let address: RemoteAddress
    package let port: UInt16
    /// Whether it speaks HTTPS there.
    package let isSecure: Bool

    package init(address: RemoteAddress, port: UInt16, isSecure: Bool) {
        self.address = address
        self.port = port
        self.isSecure = isSecure
    }

    /// The end of a connection that is ours; `nil` if it is gone.
    init?(ofSocket socket: Int32, isSecure: Bool) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let read = withUnsafeMutableBytes(of: &storage) { bytes -> (RemoteAddress, UInt16)? in
            guard let address = bytes.bindMemory(to: sockaddr.self).baseAddress,
                getsockname(socket, address, &length) == 0
            else { return nil }
            // The port stands at the same place in both families.
            let port = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            return (RemoteAddress(address), port)
        }
        guard let (address, port) = read, address != .unknown else { return nil }
        self.init(address: address, port: port, isSecure: isSecure)
    }
}
