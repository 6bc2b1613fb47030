import Platform
import Synchronization

/// A server on the loopback that does what a test says, byte for byte. Each connection has a thread.
final class LoopbackServer: Sendable {
    struct Failure: Error {
        let call: String
    }

    /// The state that the connections' threads share.
    private final class State: Sendable {
        let serve: @Sendable (Peer) throws -> Void
        let accepted = Atomic<Int>(0)

        init(_ serve: @escaping @Sendable (Peer) throws -> Void) {
            self.serve = serve
        }
    }

    let port: UInt16
    private let listener: Int32
    private let state: State

    /// How many connections were accepted.
    var connections: Int { state.accepted.load(ordering: .acquiring) }

    /// Whether a client has an open connection here, as the kernel sees it from the client's side.
    var hasClients: Bool {
        guard let file = fopen("/proc/net/tcp", "r") else { return false }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        let hexadecimal = String(port, radix: 16, uppercase: true)
        let remote = "0100007F:" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
        while fgets(&line, Int32(line.count), file) != nil {
            let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                .split(separator: " ")
            // The number, the local address, the remote one, and the state: 01 is an open connection.
            if fields.count > 3, fields[2] == remote, fields[3] == "01" { return true }
        }
        return false
    }

    var origin: String { "http://127.0.0.1:\(port)" }

    /// Calls `serve` for each connection, and closes the connection when it returns.
    init(_ serve: @escaping @Sendable (Peer) throws -> Void) throws {
        state = State(serve)
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &name.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(listener, name, length) == 0 && listen(listener, 2_048) == 0
                    && getsockname(listener, name, &length) == 0
            }
        }
        guard status else { throw Failure(call: "listen") }
        self.listener = listener
        port = UInt16(bigEndian: name.sin_port)
        onThread { [state] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                state.accepted.add(1, ordering: .acquiringAndReleasing)
                onThread {
                    let peer = Peer(descriptor)
                    try? state.serve(peer)
                }
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// A server that answers every request with the same bytes, on kept connections.
    static func answering(_ answer: String) throws -> LoopbackServer {
        try answering(Array(answer.utf8))
    }

    static func answering(_ answer: [UInt8]) throws -> LoopbackServer {
        try LoopbackServer { peer in
            while try peer.request() != nil { try peer.send(answer) }
        }
    }

    /// A server that answers the first request of each connection with the same bytes, and closes it.
    static func answeringOnce(_ answer: [UInt8]) throws -> LoopbackServer {
        try LoopbackServer { peer in
            _ = try peer.request()
            try peer.send(answer)
        }
    }
}

/// The server's end of a connection.
final class Peer {
    struct Closed: Error {}

    private var descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Closes the connection by a reset, which a client that waits for nothing does not see.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
        descriptor = -1
    }

    /// A request as received, with its body if it has a length; `nil` if the client closed instead.
    func request() throws -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let headEnd = buffer.firstRange(of: end)?.upperBound {
                let head = String(decoding: buffer[..<headEnd], as: UTF8.self)
                let length =
                    head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) } ?? 0
                while buffer.count < headEnd + length { guard fill() else { throw Closed() } }
                defer { buffer.removeFirst(headEnd + length) }
                return String(decoding: buffer[..<(headEnd + length)], as: UTF8.self)
            }
            guard fill() else { return nil }
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Platform.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Closed() }
            sent += count
        }
    }

    /// Waits until the client closes.
    func waitForEnd() {
        while fill() { buffer = [] }
    }

    /// Reads at least so many bytes, and sleeps as often while it does.
    func readSlowly(bytes: Int, pauses: Int, microseconds: UInt32) throws {
        var slept = 0
        while buffer.count < bytes {
            guard fill() else { throw Closed() }
            if buffer.count * pauses / bytes > slept {
                slept += 1
                usleep(microseconds)
            }
        }
    }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }
}

/// Runs `body` on a thread of its own, so that it may block.
func onThread(_ body: @escaping @Sendable () -> Void) {
    final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(body))
    let status = pthread_create(
        &thread,
        nil,
        { context in
            if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        },
        context.toOpaque()
    )
    precondition(status == 0, "a thread can be started")
    pthread_detach(thread)
}
