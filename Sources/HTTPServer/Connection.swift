import Synchronization
import Threads

/// One client's connection, from accept to close.
///
/// Safe to share: the constants are constants, the deadline is atomic, and ``current`` is only touched with ``lock``
/// held.
final class Connection: @unchecked Sendable {
    unowned let engine: Engine
    let socket: Int32
    let remoteAddress: RemoteAddress
    /// Where the client reached us, if it is still there.
    let localEndpoint: LocalEndpoint?
    /// The limit that the connection is over: its first request is refused and the connection closed.
    let surplus: Refusal?
    /// When the client must have sent its request, in ``MonotonicClock`` nanoseconds.
    let deadline: Atomic<UInt64>
    /// Guards the connection's request where threads meet: its answer, its suspension, and the engine's handle.
    let lock = Lock()
    /// The request that is being received or answered.
    var current: Request?

    init(
        engine: Engine,
        socket: Int32,
        remoteAddress: RemoteAddress,
        localEndpoint: LocalEndpoint?,
        surplus: Refusal?,
        deadline: UInt64
    ) {
        self.engine = engine
        self.socket = socket
        self.remoteAddress = remoteAddress
        self.localEndpoint = localEndpoint
        self.surplus = surplus
        self.deadline = Atomic(deadline)
    }
}
