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
    private let passed = PassedTunnels()

    /// How long a client may take to send its head, in nanoseconds.
    private static let patience: UInt64 = 10_000_000_000
    /// The requests that may wait for a decision.
    private static let undecidedAtMost = 1_024
    /// How long to leave connections waiting when the process has no descriptor left for one, in milliseconds.
    private static let pause: Int32 = 50

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - address: An IPv4 or IPv6 literal, or `localhost`; or `unix:` and the path of a socket.
    ///   - port: 0 for any free one.
    ///   - tls: The listener's own certificate, if it speaks TLS.
    ///   - gate: Decides on requests.
    ///   - server: Serves the inside of tunnels.
    ///   - headsAtMost: The connections that may be sending their heads; with one more the oldest of them goes.
    /// - Throws: ``HTTPServerError`` if it can't listen there.
    package init(
        address: String,
        port: UInt16,
        tls: TLSIdentity? = nil,
        gate: any ConnectGate,
        server: HTTPServer,
        headsAtMost: Int = 1_024
    ) throws(HTTPServerError) {
        let secure = try tls.map { identity throws(HTTPServerError) in try SecureClients(TLSCredentials(identity)) }
        let socket =
            if let path = Self.path(of: address) {
                try ListeningSocket(path: path)
            } else {
                try ListeningSocket(address: address, port: port)
            }
        boundPort = socket.port
        let door = Door(gate: gate, server: server, passed: passed)
        do throws(HTTPServerError) {
            thread = try StoppableThread { stop in
                Self.run(socket, secure, door, headsAtMost, until: stop)
            }
        } catch {
            socket.close()
            throw error
        }
    }

    /// Stops listening, and closes the connections that have not sent their heads. To be called once.
    package func stop() { thread.stop() }

    /// Ends the tunnels that are passed on as they are.
    package func endPassedTunnels() { passed.stop() }

    /// The path in an address that is a Unix socket's.
    package static func path(of address: String) -> String? {
        address.hasPrefix("unix:") ? String(address.dropFirst("unix:".count)) : nil
    }

    /// Tells a client that its tunnel is open.
    static func confirm(_ client: AcceptedSocket) -> Bool {
        // Else the response waits behind what ends the handshake, until the client acknowledges that.
        var on: Int32 = 1
        setsockopt(client.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return Door.send(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8), to: client)
    }

    private static func run(
        _ listener: ListeningSocket,
        _ secure: SecureClients?,
        _ door: Door,
        _ headsAtMost: Int,
        until stop: Int32
    ) {
        var heads: [ArrivingHead] = []
        defer {
            for head in heads { close(head.client.descriptor) }
            listener.close()
        }
        while true {
            var polled = [
                pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: secure?.arrivals ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            polled += heads.map { pollfd(fd: $0.client.descriptor, events: Int16(POLLIN), revents: 0) }
            poll(&polled, nfds_t(polled.count), heads.isEmpty ? -1 : 250)
            guard polled[0].revents == 0 else { return }
            let now = MonotonicClock.now()
            var waiting: [ArrivingHead] = []
            for (head, state) in zip(heads, polled.dropFirst(3)) {
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
            for client in secure?.takeArrived() ?? [] { add(client, to: &heads, atMost: headsAtMost, now) }
            if polled[1].revents != 0, !accept(listener, secure, &heads, atMost: headsAtMost, now) {
                if StoppableThread.isStopped(stop, within: pause) { return }
            }
        }
    }

    /// Accepts the connections that wait.
    ///
    /// - Returns: Whether none is left waiting: not when the process has reached a limit of the system.
    private static func accept(
        _ listener: ListeningSocket,
        _ secure: SecureClients?,
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
                if let secure { secure.take(client) } else { add(client, to: &heads, atMost: headsAtMost, now) }
            }
        }
    }

    /// Waits for the head of a client, in the place of the one that has waited longest if there are too many.
    private static func add(
        _ client: AcceptedSocket,
        to heads: inout [ArrivingHead],
        atMost headsAtMost: Int,
        _ now: UInt64
    ) {
        if heads.count >= headsAtMost { close(heads.removeFirst().client.descriptor) }
        heads.append(ArrivingHead(client, deadline: now + patience))
    }

    /// Lets requests in, or sends them away.
    private final class Door: Sendable {
        private let gate: any ConnectGate
        private let server: HTTPServer
        private let passed: PassedTunnels
        private let undecided = Atomic<Int>(0)

        init(gate: any ConnectGate, server: HTTPServer, passed: PassedTunnels) {
            self.gate = gate
            self.server = server
            self.passed = passed
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
                case .success(.served(let tunnel)):
                    guard ConnectListener.confirm(client) else {
                        close(client.descriptor)
                        return
                    }
                    _ = self.server.serve(client, in: tunnel)
                case .success(.passed(let tunnel)):
                    if !self.passed.start(client, tunnel) { Self.refuse(client, .busy) }
                }
            }
        }

        static func refuse(_ client: AcceptedSocket, _ refusal: ConnectRefusal) {
            _ = send(refusal.bytes, to: client)
            shutdown(client.descriptor, Int32(SHUT_WR))
            close(client.descriptor)
        }

        /// Sends what surely has room in the socket, which nothing was sent to yet.
        fileprivate static func send(_ bytes: [UInt8], to client: AcceptedSocket) -> Bool {
            Platform.send(client.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }
    }
}
