import HTTPServer
import Platform
import Threads

/// The clients of a listener that speaks TLS, each served by a thread that passes its bytes on in the clear: to a pair of
/// sockets, of which the listener reads the other end as it reads a client's.
///
/// Safe to share: what changes is only touched with the lock held.
final class SecureClients: @unchecked Sendable {
    /// Readable when clients have arrived.
    let arrivals: Int32
    private let signal: Int32
    private let credentials: TLSCredentials
    private let lock = Lock()
    private var arrived: [AcceptedSocket] = []
    private var count = 0

    private static let countAtMost = 1_024
    /// The time that a handshake may take, in seconds.
    private static let patience = 10.0

    /// - Throws: ``HTTPServerError/system(call:reason:)`` if there is no pipe.
    init(_ credentials: TLSCredentials) throws(HTTPServerError) {
        self.credentials = credentials
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system(call: "pipe", reason: String(cString: strerror(errno))) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (arrivals, signal) = (ends[0], ends[1])
    }

    deinit {
        close(arrivals)
        close(signal)
        for client in arrived { close(client.descriptor) }
    }

    /// Takes a client, unless there are too many.
    func take(_ client: AcceptedSocket) {
        let isAdmitted = lock {
            guard count < Self.countAtMost else { return false }
            count += 1
            return true
        }
        guard isAdmitted else {
            close(client.descriptor)
            return
        }
        DetachedThread.start {
            self.serve(client)
            close(client.descriptor)
            self.lock { self.count -= 1 }
        }
    }

    /// The clients that have arrived, as connections in the clear.
    func takeArrived() -> [AcceptedSocket] {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(arrivals, &bytes, bytes.count) > 0 {}
        return lock {
            defer { arrived = [] }
            return arrived
        }
    }

    private func serve(_ client: AcceptedSocket) {
        guard let secure = TLSStream(serving: client.descriptor, by: credentials),
            secure.handshake(within: Self.patience), let pair = AcceptedSocket.pair(from: client)
        else { return }
        lock { arrived.append(pair.client) }
        _ = write(signal, [0], 1)
        var relay = TLSRelay(secure, pair.other)
        relay.run()
        close(pair.other)
    }
}
