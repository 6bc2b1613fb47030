package import ForwardProxy
import Synchronization

/// The sessions of the forward proxy, and the place where it listens.
package final class ServedProxySessions: Sendable {
    package let sessions = ProxySessions()
    private let listening = Mutex<String?>(nil)

    /// The address of the proxy; `nil` if there is none.
    package var address: String? { listening.withLock { $0 } }

    init() {}

    /// The proxy listens.
    package func open(at address: String) {
        listening.withLock { $0 = address }
    }
}
