import HTTPServer
import Platform
import Threads

/// The tunnels that are passed on as they are, each by a thread of its own.
///
/// Safe to share: the table is only touched with the lock held.
final class PassedTunnels: @unchecked Sendable {
    private let lock = Lock()
    /// The sockets of those that are open, the client's and the host's. A socket is closed once it is no longer here.
    private var sockets: [Int32: Int32] = [:]
    private var isStopped = false

    private static let countAtMost = 256
    /// How long the end of all may take, in nanoseconds.
    private static let patience: UInt64 = 2_000_000_000

    /// Passes a tunnel on, whose client is told that it is open.
    ///
    /// - Returns: Whether it is: not if there are too many. Then the client is still the caller's.
    func start(_ client: AcceptedSocket, _ tunnel: PassedTunnel) -> Bool {
        let isAdmitted = lock {
            guard !isStopped, sockets.count < Self.countAtMost else { return false }
            sockets[client.descriptor] = tunnel.upstream
            return true
        }
        guard isAdmitted else {
            close(tunnel.upstream)
            tunnel.ended(.init())
            return false
        }
        DetachedThread.start {
            var counts = SocketRelay.Counts()
            if ConnectListener.confirm(client) {
                var relay = SocketRelay(client.descriptor, tunnel.upstream)
                counts = relay.run(while: tunnel.mayGoOn)
            }
            tunnel.ended(counts)
            self.lock {
                self.sockets[client.descriptor] = nil
                close(client.descriptor)
                close(tunnel.upstream)
            }
        }
        return true
    }

    /// Ends all, and takes no further ones. Returns when they have told what went through.
    func stop() {
        lock {
            isStopped = true
            for (client, upstream) in sockets {
                shutdown(client, Int32(SHUT_RDWR))
                shutdown(upstream, Int32(SHUT_RDWR))
            }
        }
        let end = MonotonicClock.now() + Self.patience
        while lock({ !sockets.isEmpty }), MonotonicClock.now() < end { DetachedThread.sleep(milliseconds: 5) }
    }
}
