import ActService
import AgentTools
import Documents
import Egress
import ForwardProxy
import HTTPServer
import KeywayServer
import Platform
import Storage
import Threads
import Tracing
import Vault

/// A server from start to end: the one place where store, vault, service and HTTP are put together.
struct RunningServer {
    private let options: ServeOptions
    private let location: DataLocation

    /// How long requests under way may take once the server is told to end.
    private static let gracePeriod = 10.0
    /// How long the last spans may take to the collector, in seconds.
    private static let tracesGraceSeconds = 2

    init(_ options: ServeOptions, location: DataLocation) {
        self.options = options
        self.location = location
    }

    func run() async throws {
        try requireProvenEngine()
        Self.prepareProcess()
        let signals = ProcessSignals()
        let log = AccessLog()
        let exporter = try options.tracing.map { configuration throws(CommandError) in
            try Self.startExporter(configuration, log)
        }
        let store = try location.openStore(observer: exporter == nil ? nil : StoreSpans())
        guard try store.isInitialized() else {
            throw CommandError(
                .configuration,
                "\(location.name) holds no organisation yet\nTry: keyway init \(location.store.options)"
            )
        }
        let masterKeys = MasterKeys(location: location, store: store, log: log)
        let vault = Vault(keyring: try await masterKeys.load(), dataKeyLifetime: options.dataKeyLifetime)
        let egress = try Self.startEgress(options.egress)
        var configuration = options.service
        configuration.tracer = exporter?.tracer
        if let exporter { configuration.spanCounts = { exporter.counts } }
        configuration.agentDoor = { AgentDoor($0, version: KeywayVersion.current) }
        let service = Service(
            store: store,
            vault: vault,
            identifiers: IdentifierGenerator(
                after: try store.newestIdentifier(),
                node: try store.shared?.nodeNumber() ?? 0
            ),
            egress: egress,
            configuration: configuration,
            log: log
        )
        let auditKey = try await service.auditHeads.prepare()
        try await service.actTokenKeys.prepare()
        let server = try Self.start(options.server, service)
        let metricsServer = try options.metricsServer.map { configuration throws(CommandError) in
            try Self.start(configuration, MetricsListener(metrics: service.metrics))
        }
        let proxy = try options.proxy.map { configuration throws(CommandError) in
            try RunningProxy(configuration, service)
        }
        if !options.egress.standIns.isEmpty {
            let standIns = options.egress.standIns.map { JSONValue.string($0) }
            log.note("hosts are mapped to others", level: .warning, [.init("map", .array(standIns))])
        }
        if !EngineVersion.current.isProven {
            log.note(
                "libmicrohttpd not proven",
                level: .warning,
                [.init("version", .string(EngineVersion.current.text))]
            )
        }
        Self.noteListening(options.server, server, "listening", log)
        if let metricsServer, let configuration = options.metricsServer {
            Self.noteListening(configuration, metricsServer, "listening for metrics", log)
        }
        if let proxy { log.note("listening as a proxy", [.init("address", .string(proxy.address))]) }
        log.note("audit key", [.init("public_key", .string(auditKey))])
        log.flush()

        let heads = Task(executorPreference: service.taskExecutor) {
            await service.auditHeads.write(to: log, every: options.auditHeadInterval)
        }
        let traces = Task { await exporter?.run() }
        let uses = Task { await service.keyUses.keepWriting() }
        let expiry = Task { await service.expiredTokens.keepErasing() }
        let sessions = Task { await service.proxySessions.sessions.keepEnding() }
        let webhooks = Task(executorPreference: service.taskExecutor) {
            await service.webhookDeliveries.keepDelivering()
        }
        let upkeep = Task(executorPreference: service.taskExecutor) {
            await Self.keepMasterKeys(masterKeys, of: vault, reading: signals, on: service.taskExecutor)
        }
        let followed =
            store.shared == nil
            ? nil : Task(executorPreference: service.taskExecutor) { await masterKeys.followOthers(with: vault) }
        let keyWatch = Task { await masterKeys.watch(vault) }
        let erasure = Task { await vault.keepErasing() }
        log.note("stopping", [.init("signal", .string(await signals.end()))])
        upkeep.cancel()
        followed?.cancel()
        keyWatch.cancel()
        heads.cancel()
        uses.cancel()
        expiry.cancel()
        webhooks.cancel()
        log.flush()
        let unfinished = await Self.stop(server, metricsServer, proxy, egress)
        sessions.cancel()
        await service.endActs()
        await webhooks.value
        await service.keyUses.writeAll()
        traces.cancel()
        await traces.value
        await exporter?.finish(within: Self.tracesGraceSeconds)
        await service.auditHeads.writeAdvanced(to: log)
        erasure.cancel()
        masterKeys.close()
        await store.close()
        log.note("stopped", [.init("unfinished", .integer(Int64(unfinished)))])
        log.flush()
    }

    /// Brings stored secrets under the active master key, and reads the keys again at each SIGHUP, which does not wait for
    /// that: with hardware that is away it may not end.
    private static func keepMasterKeys(
        _ masterKeys: MasterKeys,
        of vault: Vault,
        reading signals: ProcessSignals,
        on executor: (any TaskExecutor)?
    ) async {
        var rewrapping = Task(executorPreference: executor) { await masterKeys.rewrap(with: vault) }
        for await _ in signals.hangups {
            guard await masterKeys.reload(into: vault) else { continue }
            rewrapping.cancel()
            await rewrapping.value
            rewrapping = Task(executorPreference: executor) { await masterKeys.rewrap(with: vault) }
        }
        rewrapping.cancel()
    }

    /// Refuses, before anything is opened, a release of the HTTP engine that nobody has tried.
    private func requireProvenEngine() throws(CommandError) {
        guard EngineVersion.current.isProven || options.server.allowsUnprovenEngine else {
            let error = HTTPServerError.unprovenEngine(version: EngineVersion.current.text)
            throw CommandError(.configuration, error.description)
        }
    }

    private static func startEgress(_ configuration: EgressConfiguration) throws(CommandError) -> EgressClient {
        do {
            return try EgressClient(configuration: configuration)
        } catch .insecure(let reason) {
            throw CommandError(.input, "--egress-ca-file can't be used: \(reason)")
        } catch {
            throw CommandError(.unavailable, "requests to third parties can't be made: \(error)")
        }
    }

    private static func startExporter(
        _ configuration: ExportConfiguration,
        _ log: AccessLog
    ) throws(CommandError) -> SpanExporter {
        do {
            return try SpanExporter(configuration) { news in
                switch news {
                case .failing(let reason): log.note("traces lost", level: .warning, [.init("reason", .string(reason))])
                case .recovered: log.note("traces taken again")
                }
            }
        } catch .insecure(let reason) {
            throw CommandError(.input, "--otlp-ca-file can't be used: \(reason)")
        } catch {
            throw CommandError(.unavailable, "traces can't be sent: \(error)")
        }
    }

    /// Files are their owner's alone, a peer that is gone ends nothing, and each connection may take a descriptor.
    private static func prepareProcess() {
        umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        var files = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 {
            files.rlim_cur = files.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        }
    }

    private static func start(
        _ configuration: ServerConfiguration,
        _ handler: any RequestHandler
    ) throws(CommandError) -> HTTPServer {
        do {
            return try HTTPServer(configuration: configuration, handler: handler)
        } catch {
            throw CommandError(.unavailable, error.description)
        }
    }

    /// Stops the servers on a thread of its own: they wait for handlers, which may need this one.
    ///
    /// - Returns: How many requests of the API did not end in time.
    private static func stop(
        _ server: HTTPServer,
        _ metricsServer: HTTPServer?,
        _ proxy: RunningProxy?,
        _ egress: EgressClient
    ) async -> Int {
        await withCheckedContinuation { continuation in
            DetachedThread.start {
                proxy?.stopListening()
                let start = MonotonicClock.now()
                var unfinished = server.stop(gracePeriod: gracePeriod)
                let left = gracePeriod - Double(MonotonicClock.now() - start) / 1e9
                unfinished += proxy?.stop(gracePeriod: max(0, left)) ?? 0
                metricsServer?.stop(gracePeriod: 0)
                // Acts that have outlasted their callers end here.
                egress.stop()
                continuation.resume(returning: unfinished)
            }
        }
    }

    private static func noteListening(
        _ configuration: ServerConfiguration,
        _ server: HTTPServer,
        _ event: String,
        _ log: AccessLog
    ) {
        let host = configuration.address.contains(":") ? "[\(configuration.address)]" : configuration.address
        log.note(
            event,
            [
                .init("address", .string("\(host):\(server.boundPort)")),
                .init("scheme", .string(configuration.tls == nil ? "http" : "https")),
                .init("version", .string(KeywayVersion.current)),
            ]
        )
    }
}
