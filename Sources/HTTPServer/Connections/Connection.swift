import CMicrohttpd
import NetworkTypes
import Synchronization
import Threads

/// One client's connection, from accept to close.
///
/// Safe to share: the constants are constants, the deadline is atomic, and what else changes is only touched with the
/// lock held that it names.
final class Connection: @unchecked Sendable {
    unowned let engine: Engine
    let socket: Int32
    let remoteAddress: IPAddress
    /// The number of the worker that serves it.
    let worker: Int
    /// Where the client reached us, if it is still there.
    let localEndpoint: LocalEndpoint?
    /// The tunnel that the connection is the inside of.
    let tunnel: Tunnel?
    /// The limit that the connection is over: its first request is refused and the connection closed.
    let surplus: Refusal?
    /// When the client must have sent its request, in ``MonotonicClock`` nanoseconds.
    let deadline: Atomic<UInt64>
    /// Guards the connection's request where threads meet: its response, its suspension, and the engine's handle.
    let lock = Lock()
    /// The request that is being received or answered.
    var current: Request?
    /// Whether the client sends nothing more, as far as ``PeerWatch`` was asked to look. Guarded by ``lock``.
    private(set) var hasClientLeft = false
    /// Whether the client had ended its side when ``ConnectionRegistry`` looked last. Guarded by the registry's lock.
    var hadEnded = false
    /// Whether the socket is about to be closed. Guarded by the watch's lock.
    var isClosed = false

    init(
        engine: Engine,
        socket: Int32,
        admission: ConnectionRegistry.Admission,
        localEndpoint: LocalEndpoint?,
        deadline: UInt64
    ) {
        self.engine = engine
        self.socket = socket
        remoteAddress = admission.address
        worker = admission.worker
        surplus = admission.surplus
        tunnel = admission.tunnel
        self.localEndpoint = localEndpoint
        self.deadline = Atomic(deadline)
    }

    /// Lets the client take the given number of seconds from now for what it sends.
    func allowSeconds(_ seconds: UInt64) {
        deadline.store(MonotonicClock.now() + seconds * 1_000_000_000, ordering: .relaxed)
    }

    /// Lets the client take as long as for a request from now.
    func allowSecondsOfRequest() {
        if engine.limits.requestTimeout != 0 { allowSeconds(UInt64(engine.limits.requestTimeout)) }
    }

    /// Breaks the connection so that the client sees an error, not an end.
    func reset() { keyway_reset(socket) }

    /// The client has ended its side of the connection.
    func clientHasLeft() {
        let (told, stream) = lock {
            hasClientLeft = true
            return current?.abandoned() ?? (nil, nil)
        }
        told?()
        stream?.end(.broken)
    }
}
