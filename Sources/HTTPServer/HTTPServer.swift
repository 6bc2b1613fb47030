import CMicrohttpd
import Platform
import Threads

/// An HTTP/1.1 server: strict with requests, bounded in what it takes, and quick.
///
/// Safe to share: what changes is only touched with the lock held.
package final class HTTPServer: @unchecked Sendable {
    /// The port it listens on.
    package let boundPort: UInt16
    private let engine: Engine
    private let lock = Lock()
    /// The engine, until the server is stopped.
    private var workers: Workers?
    private var acceptor: Acceptor?
    private var reaper: Reaper?

    /// The cores of this machine.
    package static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The engine's memory for one connection, in bytes: the request's header block, a part of its body, the response's
    /// header block. The engine overwrites it between requests, which costs more the larger it is.
    static let connectionMemory = 32 * 1_024

    /// Starts to listen, and to serve with threads of its own.
    ///
    /// Each connection takes a file descriptor: the process must be allowed somewhat more than `limits.connections`.
    package convenience init(
        configuration: ServerConfiguration,
        handler: any RequestHandler
    ) throws(HTTPServerError) {
        try Self.requireProvenEngine(configuration)
        let socket = try ListeningSocket(address: configuration.address, port: configuration.port)
        try self.init(
            configuration,
            handler,
            configuration.tls.map(TransportSecurity.identity) ?? .none,
            listeningAt: socket
        )
    }

    /// Starts to serve, over TLS, the inside of the tunnels that are given to it by ``serve(_:in:)``. It listens nowhere.
    ///
    /// - Parameters:
    ///   - configuration: Threads and limits; address, port and certificate are not used.
    ///   - handler: Its requests have a ``Request/tunnel``.
    /// - Throws: ``HTTPServerError``.
    package convenience init(
        tunnels configuration: ServerConfiguration,
        handler: any RequestHandler
    ) throws(HTTPServerError) {
        try Self.requireProvenEngine(configuration)
        try self.init(configuration, handler, .tunnels, listeningAt: nil)
    }

    private static func requireProvenEngine(_ configuration: ServerConfiguration) throws(HTTPServerError) {
        guard EngineVersion.current.isProven || configuration.allowsUnprovenEngine else {
            throw .unprovenEngine(version: EngineVersion.current.text)
        }
    }

    /// Starts to serve. The socket is closed at the end, and if this throws.
    private init(
        _ configuration: ServerConfiguration,
        _ handler: any RequestHandler,
        _ security: TransportSecurity,
        listeningAt socket: ListeningSocket?
    ) throws(HTTPServerError) {
        let limits = configuration.limits
        let threads = max(1, configuration.threads)
        let isSecure = if case .none = security { false } else { true }
        boundPort = socket?.port ?? 0
        var closeUnlessStarted = socket
        defer { closeUnlessStarted?.close() }
        engine = try Engine(
            limits: limits,
            workers: threads,
            isSecure: isSecure,
            singleHeaders: configuration.singleHeaders,
            handler: handler
        )

        var settings = EngineCallbacks.settings(for: engine)
        var flags = MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_USE_ITC.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
        flags |= MHD_USE_NO_LISTEN_SOCKET.rawValue
        if isSecure { flags |= MHD_USE_TLS.rawValue }
        settings.flags = UInt32(flags)
        settings.connection_memory = Self.connectionMemory
        // Never reached: the registry decides. The engine counts a connection for somewhat longer.
        settings.connections = UInt32(clamping: limits.connections * 2 + 64)
        settings.idle_seconds = UInt32(clamping: limits.idleTimeout)
        let strictness = EngineVersion.current.strictness
        settings.strictness_option = strictness.option
        settings.strictness = strictness.level

        let workers: Workers
        do throws(HTTPServerError) {
            workers = try Workers(threads, settings, security)
        } catch {
            engine.peerWatch.stop()
            throw error
        }
        self.workers = workers
        // Should one throw, `deinit` stops the workers.
        if limits.requestTimeout > 0 {
            reaper = try Reaper(registry: engine.registry, requestTimeout: limits.requestTimeout)
        }
        if let socket { acceptor = try Acceptor(socket, registry: engine.registry, workers: workers) }
        closeUnlessStarted = nil
    }

    /// Serves the inside of a tunnel, whose client was told that it is open.
    ///
    /// - Parameters:
    ///   - client: The connection. It is closed in any case.
    ///   - tunnel: The tunnel.
    /// - Returns: Whether it is served: not if there are too many connections, or if the server has been stopped.
    package func serve(_ client: AcceptedSocket, in tunnel: Tunnel) -> Bool {
        lock {
            guard let workers else {
                close(client.descriptor)
                return false
            }
            return Acceptor.serve(client, in: tunnel, engine.registry, workers)
        }
    }

    deinit {
        stop(gracePeriod: 0)
    }

    /// How many seconds a request that is still being received holds up the end.
    private static let gracePeriodOfReception = 2.0

    /// Stops for good, and returns when it has.
    ///
    /// It stops listening at once, waits for the requests under way (2 s for those that are still being received),
    /// answers the rest with 503 or breaks off their responses, and closes all connections. Connections without
    /// a request do not hold it up. Not to be called from a handler. Later calls do nothing.
    ///
    /// - Parameter gracePeriod: For how many seconds to wait for requests under way.
    /// - Returns: How many requests were still under way after that.
    @discardableResult
    package func stop(gracePeriod: Double) -> Int {
        let (workers, acceptor, reaper) = lock {
            defer {
                self.workers = nil
                self.acceptor = nil
                self.reaper = nil
            }
            return (self.workers, self.acceptor, self.reaper)
        }
        guard let workers else { return 0 }
        engine.startDraining()
        acceptor?.stop()

        // A client that is still sending its request may never end it.
        wait(atMost: min(gracePeriod, Self.gracePeriodOfReception)) { $0.current == nil }
        let areDone = wait(atMost: gracePeriod) { $0.current?.isBeingHandled != true }
        let unfinished = engine.registry.all().count { connection in connection.lock { connection.current != nil } }
        engine.startFailing()
        // One that was handed over in the meantime has its time, too.
        if areDone { wait(atMost: gracePeriod) { $0.current?.isBeingHandled != true } }
        // A request that was handed over earlier is found here; one that comes later sees that the server is failing.
        // Either way no connection stays suspended, which the engine would not survive.
        for connection in engine.registry.all() {
            connection.lock { connection.current }?.stop()
        }
        // Lets those responses leave.
        wait(atMost: 2) { $0.current?.isBeingHandled != true }
        reaper?.stop()
        engine.peerWatch.stop()
        workers.stop()
        return unfinished
    }

    /// Waits until all connections are as `condition` wants them, which it is asked with their lock held.
    ///
    /// - Returns: Whether they are.
    @discardableResult
    private func wait(atMost seconds: Double, until condition: (Connection) -> Bool) -> Bool {
        let end = MonotonicClock.now() + UInt64(max(0, min(seconds, 1e9)) * 1e9)
        while !engine.registry.all().allSatisfy({ connection in connection.lock { condition(connection) } }) {
            guard MonotonicClock.now() < end else { return false }
            usleep(2_000)
        }
        return true
    }
}
