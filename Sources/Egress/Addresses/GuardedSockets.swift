import NetworkTypes
import Platform

/// Opens connections whose bytes are passed on as they are, with the checks of addresses that requests have.
package struct GuardedSockets: Sendable {
    private let addressGuard: AddressGuard
    private let standIns: [String]
    /// In milliseconds.
    private let timeout: Int32

    package init(_ configuration: EgressConfiguration) {
        addressGuard = AddressGuard(allowing: configuration.allowedNetworks)
        standIns = configuration.standIns
        timeout = Int32(configuration.connectTimeout * 1_000)
    }

    /// Connects to a host. It blocks, and needs a thread that may.
    ///
    /// - Parameters:
    ///   - host: The host's name.
    ///   - port: The port.
    /// - Returns: A socket that does not block, which the caller closes.
    /// - Throws: ``EgressError`` if the host has no address, none that may be connected to, or none that responds.
    package func connect(to host: String, port: UInt16) throws(EgressError) -> Int32 {
        var (name, service) = (host, String(port))
        if let standIn = standIns.first(where: { $0.hasPrefix("\(host):\(port):") }) {
            let place = standIn.dropFirst("\(host):\(port):".count)
            guard let colon = place.lastIndex(of: ":") else { throw .malformedURL }
            name = String(place[..<colon].filter { $0 != "[" && $0 != "]" })
            service = String(place[place.index(after: colon)...])
        }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, service, &hints, &list) == 0, let list else { throw .unresolvableHost }
        defer { freeaddrinfo(list) }
        var error = EgressError.unresolvableHost
        var next: UnsafeMutablePointer<addrinfo>? = list
        while let entry = next {
            next = entry.pointee.ai_next
            guard let place = entry.pointee.ai_addr, let address = IPAddress(place) else { continue }
            if let purpose = addressGuard.refusal(of: address) {
                error = .refusedAddress(purpose)
                continue
            }
            do throws(EgressError) {
                return try connect(to: entry.pointee)
            } catch let failure {
                error = failure
            }
        }
        throw error
    }

    private func connect(to entry: addrinfo) throws(EgressError) -> Int32 {
        let type = entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = Platform.socket(entry.ai_family, type, entry.ai_protocol)
        guard socket >= 0 else { throw .connectionFailed("no socket is left") }
        if Platform.connect(socket, entry.ai_addr, entry.ai_addrlen) == 0 { return socket }
        guard errno == EINPROGRESS else {
            close(socket)
            throw .connectionFailed("the connection is refused")
        }
        var polled = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        guard poll(&polled, 1, timeout) > 0 else {
            close(socket)
            throw .timedOut
        }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &length) == 0, code == 0 else {
            close(socket)
            throw .connectionFailed("the connection is refused")
        }
        return socket
    }
}
