import CMicrohttpd
package import NetworkTypes
import Platform

/// The address and port of this server at which a client reached it.
package struct LocalEndpoint: Sendable, Equatable {
    package let address: IPAddress
    package let port: UInt16
    /// Whether it speaks HTTPS there.
    package let isSecure: Bool

    package init(address: IPAddress, port: UInt16, isSecure: Bool) {
        self.address = address
        self.port = port
        self.isSecure = isSecure
    }

    /// The end of a connection that is ours; `nil` if it is gone.
    init?(ofSocket socket: Int32, isSecure: Bool) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let read = withUnsafeMutableBytes(of: &storage) { bytes -> (IPAddress, UInt16)? in
            guard let address = bytes.bindMemory(to: sockaddr.self).baseAddress,
                getsockname(socket, address, &length) == 0, let ip = IPAddress(address)
            else { return nil }
            // The port stands at the same place in both families.
            let port = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            return (ip, port)
        }
        guard let (address, port) = read else { return nil }
        self.init(address: address, port: port, isSecure: isSecure)
    }
}
