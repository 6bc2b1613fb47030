package import Egress

/// The hosts that the forward proxy passes on as they are, although no connection reaches them.
package struct ProxyTunnels: Sendable {
    /// Each with its port.
    let hosts: Set<String>
    /// Connects to them, where addresses may be connected to.
    let sockets: GuardedSockets

    /// - Parameters:
    ///   - hosts: The hosts as `HOST:PORT`, in lower case.
    ///   - sockets: Connects to them.
    package init(hosts: Set<String>, sockets: GuardedSockets) {
        self.hosts = hosts
        self.sockets = sockets
    }
}
