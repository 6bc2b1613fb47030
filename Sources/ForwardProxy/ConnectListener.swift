package import HTTPServer
import Platform
import Synchronization
import Threads

/// Listens for CONNECT requests, and hands the connections of those that are let through to an ``HTTPServer``.
///
/// It reads exactly the head of the request: the bytes behind it are the beginning of the client's handshake.
package final class ConnectListener: Sendable {
    package let boundPort: UInt16
    private let thread: StoppableThread

    /// How long a client may take to send its head, in nanoseconds.
    private static let patience: UInt64 = 10_000_000_000
    /// The requests that may wait for a decision.
    private static let undecidedAtMost = 1_024
    /// How long to leave connections waiting when the process has no descriptor left for one, in milliseconds.
    private static let pause: Int32 = 50

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - address: An IPv4 or IPv6 literal, or `localhost`.
    ///   - port: 0 for any free one.
    ///   - gate: Decides on requests.
    ///   - server: Serves the inside of tunnels.
    ///   - headsAtMost: The connections that may be sending their heads; with one more the oldest of them goes.
    /// - Throws: ``HTTPServerError`` if it can't listen there.
    package init(
        address: String,
        port: UInt16,
        gate: any ConnectGate,
        server: HTTPServer,
        headsAtMost: Int = 1_024
    ) throws(HTTPServerError) {
        let socket = try ListeningSocket(address: address, port: port)
        boundPort = socket.port
        let door = Door(gate: gate, server: server)
        do throws(HTTPServerError) {
            thread = try StoppableThread { stop in Self.run(socket, door, headsAtMost, until: stop) }
        } catch {
            socket.close()
            throw error
        }
    }

    /// Stops listening, and closes the connections that have not sent their heads. To be called once.
    package func stop() { thread.stop() }

    private static func run(_ listener: ListeningSocket, _ door: Door, _ headsAtMost: Int, until stop: Int32) {
        var heads: [ArrivingHead] = []
        defer {
            for head in heads { close(head.client.descriptor) }
            listener.close()
        }
        while true {
            var polled = [
                pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            polled += heads.map { pollfd(fd: $0.client.descriptor, events: Int16(POLLIN), revents: 0) }
            poll(&polled, nfds_t(polled.count), heads.isEmpty ? -1 : 250)
            guard polled[0].revents == 0 else { return }
            let now = MonotonicClock.now()
            var waiting: [ArrivingHead] = []
            for (head, state) in zip(heads, polled.dropFirst(2)) {
                if state.revents != 0 {
                    switch head.read() {
                    case .incomplete: break
                    case .closed:
                        close(head.client.descriptor)
                        continue
                    case .complete:
                        door.take(head)
                        continue
                    case .tooLong:
                        Door.refuse(head.client, .tooLong)
                        continue
                    }
                }
                if head.deadline > now {
                    waiting.append(head)
                } else {
                    close(head.client.descriptor)
                }
            }
            heads = waiting
            if polled[1].revents != 0, !accept(listener, &heads, atMost: headsAtMost, now) {
                if StoppableThread.isStopped(stop, within: pause) { return }
            }
        }
    }

    /// Accepts the connections that wait.
    ///
    /// - Returns: Whether none is left waiting: not when the process has reached a limit of the system.
    private static func accept(
        _ listener: ListeningSocket,
        _ heads: inout [ArrivingHead],
        atMost headsAtMost: Int,
        _ now: UInt64
    ) -> Bool {
        while true {
            switch listener.accept() {
            case .none: return true
            case .exhausted: return false
            case .failed: continue
            case .accepted(let client):
                if heads.count >= headsAtMost { close(heads.removeFirst().client.descriptor) }
                heads.append(ArrivingHead(client, deadline: now + patience))
            }
        }
    }

    /// Lets requests in, or sends them away.
    private final class Door: Sendable {
        private let gate: any ConnectGate
        private let server: HTTPServer
        private let undecided = Atomic<Int>(0)

        init(gate: any ConnectGate, server: HTTPServer) {
            self.gate = gate
            self.server = server
        }

        func take(_ arrived: ArrivingHead) {
            let client = arrived.client
            let request: ConnectRequest
            do throws(ConnectRefusal) {
                let head = try ConnectHead(arrived.bytes)
                request = ConnectRequest(
                    host: head.host,
                    port: head.port,
                    authorization: head.authorization,
                    remoteAddress: client.remoteAddress
                )
            } catch {
                return Self.refuse(client, error)
            }
            guard undecided.add(1, ordering: .relaxed).newValue <= ConnectListener.undecidedAtMost else {
                undecided.subtract(1, ordering: .relaxed)
                return Self.refuse(client, .busy)
            }
            gate.decide(request) { decision in
                self.undecided.subtract(1, ordering: .relaxed)
                switch decision {
                case .failure(let refusal): Self.refuse(client, refusal)
                case .success(let tunnel):
                    guard Self.send(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8), to: client) else {
                        close(client.descriptor)
                        return
                    }
                    _ = self.server.serve(client, in: tunnel)
                }
            }
        }

        static func refuse(_ client: AcceptedSocket, _ refusal: ConnectRefusal) {
            _ = send(refusal.bytes, to: client)
            shutdown(client.descriptor, Int32(SHUT_WR))
            close(client.descriptor)
        }

        /// Sends what surely has room in the socket, which nothing was sent to yet.
        private static func send(_ bytes: [UInt8], to client: AcceptedSocket) -> Bool {
            Platform.send(client.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }
    }
}
