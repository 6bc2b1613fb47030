import CCurl
import Platform
import Threads

/// The client's thread: waits for sockets, commands and the time, and lets libcurl and the receivers know.
final class TransferLoop {
    private let inbox: Inbox
    private let settings: ExchangeSettings
    private let multi: UnsafeMutableRawPointer
    private let sockets: PollSet
    private let turns = Turns()
    /// When libcurl wants to be called without a socket.
    private var timer = UInt64.max
    private var nextSweep: UInt64 = 0
    private var active: [CurlExchange] = []
    private var commands: [TransferCommand] = []
    private static let sweepPeriod: UInt64 = 100_000_000

    init(configuration: EgressConfiguration, inbox: Inbox) throws(EgressError) {
        try CurlLibrary.start()
        guard let multi = curl_multi_init() else { throw .connectionFailed("libcurl could not be started") }
        self.multi = multi
        self.inbox = inbox
        guard let settings = ExchangeSettings(configuration) else {
            throw .connectionFailed("this libcurl lacks an option that is needed: use 7.87 or newer")
        }
        self.settings = settings
        sockets = try PollSet()
        sockets.watch(inbox.wakeReading, for: keyway_poll_in)
        let numbers: [(CURLMoption, Int)] = [
            (CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.connectionsAtMost),
            (CURLMOPT_MAXCONNECTS, configuration.idleConnections),
            (CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING)),
        ]
        let isReady =
            numbers.allSatisfy { keyway_curl_multi_set_number(multi, $0, $1) == CURLM_OK }
            && keyway_curl_multi_set_callbacks(
                multi,
                { _, socket, events, context, _ in TransferLoop.loop(context)?.watch(socket, for: events) ?? -1 },
                { _, milliseconds, context in TransferLoop.loop(context)?.setTimer(milliseconds) ?? -1 },
                Unmanaged.passUnretained(self).toOpaque()
            ) == CURLM_OK
        guard isReady else {
            throw .connectionFailed("this libcurl lacks an option that is needed: use 7.87 or newer")
        }
    }

    deinit {
        _ = keyway_curl_multi_set_callbacks(multi, nil, nil, nil)
        curl_multi_cleanup(multi)
    }

    private static func loop(_ context: UnsafeMutableRawPointer?) -> TransferLoop? {
        context.map { Unmanaged<TransferLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: The thread

    /// Works until the inbox is closed.
    func run() {
        var ready: [(socket: Int32, events: UInt32)] = []
        var running: Int32 = 0
        inbox.isServedByThisThread()
        while true {
            turns.begin()
            sockets.wait(milliseconds: patience(), ready: &ready)
            for (socket, events) in ready {
                if socket == inbox.wakeReading {
                    inbox.drain()
                } else {
                    curl_multi_socket_action(multi, socket, Self.curlEvents(events), &running)
                }
            }
            ready.removeAll(keepingCapacity: true)
            guard obeyCommands() else { break }

            let now = MonotonicClock.now()
            if timer <= now {
                timer = .max
                // It sets the timer again.
                curl_multi_socket_action(multi, -1, 0, &running)
            }
            takeTurns()
            finishCompleted()
            for exchange in turns.takeStopped() { settle(exchange) }
            if nextSweep <= now { endOverdue(at: now) }
        }
        while let exchange = active.last { finish(exchange, .stopped) }
    }

    /// Does what other threads want, and then what that has led to on this one.
    ///
    /// - Returns: Whether to go on.
    private func obeyCommands() -> Bool {
        for _ in 1...2 {
            let goesOn = inbox.take(&commands)
            for command in commands where goesOn || command.isOwed { obey(command) }
            commands.removeAll(keepingCapacity: true)
            if !goesOn { return false }
        }
        return true
    }

    /// How long to wait at most, in milliseconds.
    private func patience() -> Int32 {
        if turns.isAnyoneWaiting || inbox.hasCommands { return 0 }
        let end = active.isEmpty ? timer : min(timer, nextSweep)
        guard end != .max else { return -1 }
        let now = MonotonicClock.now()
        return end <= now ? 0 : Int32(clamping: (end - now + 999_999) / 1_000_000)
    }

    private func obey(_ command: TransferCommand) {
        switch command {
        case .start(let transfer):
            start(transfer)
        case .resume(let transfer):
            guard let exchange = transfer.exchange, exchange.isPaused else { return }
            exchange.resume()
            settle(exchange)
        case .send(let transfer):
            transfer.exchange?.goOnSending()
        case .cancel(let transfer):
            if let exchange = transfer.exchange { finish(exchange, .cancelled) }
        case .run(let body):
            body()
        }
    }

    // MARK: Transfers

    private func start(_ transfer: Transfer) {
        let request: EncodedRequest
        switch transfer.request {
        case .success(let encoded): request = encoded
        case .failure(let error): return transfer.finish(error)
        case nil: return
        }
        guard let exchange = CurlExchange(settings: settings, turns: turns) else {
            return transfer.finish(.connectionFailed("no memory is left"))
        }
        exchange.position = active.count
        active.append(exchange)
        guard
            exchange.begin(transfer, request),
            curl_multi_add_handle(multi, exchange.handle) == CURLM_OK
        else { return finish(exchange, .connectionFailed("no memory is left")) }
    }

    private func finishCompleted() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard
                message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let context = keyway_curl_context(handle)
            else { continue }
            let exchange = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
            // Reading on frees the message.
            exchange.result = message.pointee.data.result
            settle(exchange)
        }
    }

    /// Lets exchanges pass on what they kept: at least one.
    private func takeTurns() {
        while let exchange = turns.next() {
            if exchange.transfer != nil {
                exchange.takeTurn()
                settle(exchange)
            }
            guard turns.isOpen else { return }
        }
    }

    /// Sees to what an exchange needs next: an end, a turn, or more of its response.
    private func settle(_ exchange: CurlExchange) {
        guard exchange.transfer != nil else { return }
        exchange.readLastWords()
        if let failure = exchange.failure { return finish(exchange, failure) }
        if exchange.isPaused { return }
        if exchange.isBehind { return turns.append(exchange) }
        if let result = exchange.result { return finish(exchange, exchange.error(for: result)) }
        let code = exchange.goOnReading()
        if code != CURLE_OK { finish(exchange, exchange.error(for: code)) }
    }

    private func endOverdue(at now: UInt64) {
        nextSweep = now + Self.sweepPeriod
        for exchange in active where exchange.isOverdue(at: now) { finish(exchange, .timedOut) }
    }

    private func finish(_ exchange: CurlExchange, _ error: EgressError?) {
        curl_multi_remove_handle(multi, exchange.handle)
        if let error { exchange.reportStatus(before: error) }
        let transfer = exchange.transfer
        exchange.end()
        let last = active.removeLast()
        if last !== exchange {
            last.position = exchange.position
            active[exchange.position] = last
        }
        transfer?.finish(error)
    }

    // MARK: What libcurl wants

    private func watch(_ socket: Int32, for events: Int32) -> Int32 {
        switch events {
        case CURL_POLL_IN: sockets.watch(socket, for: keyway_poll_in)
        case CURL_POLL_OUT: sockets.watch(socket, for: keyway_poll_out)
        case CURL_POLL_INOUT: sockets.watch(socket, for: keyway_poll_in | keyway_poll_out)
        default: sockets.remove(socket)
        }
        return 0
    }

    private func setTimer(_ milliseconds: Int) -> Int32 {
        timer = milliseconds < 0 ? .max : MonotonicClock.now() + UInt64(milliseconds) * 1_000_000
        return 0
    }

    private static func curlEvents(_ events: UInt32) -> Int32 {
        var mask: Int32 = 0
        if events & (keyway_poll_in | keyway_poll_hang_up) != 0 { mask |= CURL_CSELECT_IN }
        if events & keyway_poll_out != 0 { mask |= CURL_CSELECT_OUT }
        if events & keyway_poll_error != 0 { mask |= CURL_CSELECT_ERR }
        return mask
    }
}

extension TransferCommand {
    /// Whether somebody learns of its end, also when the client is stopped.
    fileprivate var isOwed: Bool {
        switch self {
        case .start, .run: true
        case .resume, .send, .cancel: false
        }
    }
}
