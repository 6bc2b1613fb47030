import Platform
import Secrets
import Synchronization
import Threads
import Vault

/// Keeps one helper process: sends it requests, several at a time, ends it where the module hangs, and starts another.
///
/// Each request ends in time: with its reply, or as ``VaultError/unavailable(reason:)`` when the process has ended, by
/// itself or since it did not reply. None is sent twice: it may be what the module does not bear.
///
/// Safe to share: `monitor` guards all that varies, except what the one thread alone uses.
final class HelperSupervisor: @unchecked Sendable {
    private typealias Completion = @Sendable (Result<Secret, VaultError>) -> Void

    private struct Waiting {
        let deadline: UInt64
        let completion: Completion
    }

    /// The requests that wait at a time: some HSMs do no more than a hundred in a second.
    private static let requestsAtMost = 256
    private static let longestPause = 5.0

    private let uri: HardwareKeyURI
    private let launch: HelperLauncher
    private let times: HelperTimes
    private let monitor = Monitor()
    private let wake: WakeUp

    private var waiting: [UInt64: Waiting] = [:]
    /// The numbers of requests in their order; some have their reply.
    private var order = OrderedNumbers()
    private var next: UInt64 = 1
    /// Frames, or their ends, that are not sent yet.
    private var unsent: [Secret] = []
    /// The socket of a helper that is logged in.
    private var socket: Int32?
    private var isStopped = false
    private var reason: String?
    private var id: String?
    private var startCount: UInt64 = 0

    // The thread's alone.
    private var pause: Double
    private var refusedPIN: PINFile.Stamp??
    private let input = SecretInput()

    init(_ uri: HardwareKeyURI, launch: @escaping HelperLauncher, times: HelperTimes) {
        self.uri = uri
        self.launch = launch
        self.times = times
        pause = times.pause
        wake = WakeUp()
        DetachedThread.start { self.run() }
    }

    var keyID: String? { monitor.withLock { id } }
    var unavailability: String? { monitor.withLock { reason } }
    var starts: UInt64 { monitor.withLock { startCount } }

    func stop() {
        monitor.withLock {
            isStopped = true
            monitor.broadcast()
        }
        wake.signal()
    }

    // MARK: Requests

    /// Asks the helper.
    ///
    /// - Returns: The content of its reply.
    /// - Throws: ``VaultError/notAuthentic``, or ``VaultError/unavailable(reason:)``.
    func perform(_ request: HelperMessage.Request, _ parts: [Secret]) async throws(VaultError) -> Secret {
        let content = Secret(
            SecretBuffer(count: parts.reduce(0) { $0 + $1.count }) { memory in
                var rest = memory[...]
                for part in parts {
                    part.withBytes { UnsafeMutableRawBufferPointer(rebasing: rest).copyMemory(from: $0) }
                    rest = rest.dropFirst(part.count)
                }
            }
        )
        let reply: Result<Secret, VaultError> = await withCheckedContinuation { continuation in
            submit(request, content) { continuation.resume(returning: $0) }
        }
        return try reply.get()
    }

    private func submit(
        _ request: HelperMessage.Request,
        _ content: Secret,
        _ completion: @escaping Completion
    ) {
        let refusal: String? = monitor.withLock {
            if isStopped { return "its helper is stopped" }
            if socket == nil, let reason { return reason }
            guard waiting.count < Self.requestsAtMost else { return "\(Self.requestsAtMost) requests wait for it" }
            send(request, content, completion)
            return nil
        }
        if let refusal { completion(.failure(.unavailable(reason: refusal))) }
    }

    /// Sends a request, or notes it for the thread to send. The lock is held.
    private func send(_ request: HelperMessage.Request, _ content: Secret, _ completion: @escaping Completion) {
        let number = next
        next += 1
        let deadline = MonotonicClock.now() + MonotonicClock.nanoseconds(times.request)
        // Until the first login, that has its own time.
        waiting[number] = Waiting(deadline: socket == nil ? .max : deadline, completion: completion)
        order.append(number)
        let frame = content.withBytes { HelperMessage.frame(number, request.rawValue, [$0]) }
        unsent.append(frame)
        if unsent.count == 1, sendUnsent() { return }
        wake.signal()
    }

    /// Sends as much as the socket takes at once. The lock is held.
    ///
    /// - Returns: Whether nothing is left.
    private func sendUnsent() -> Bool {
        guard let socket else { return false }
        while let frame = unsent.first {
            let count = frame.withBytes { bytes in
                Platform.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count < 0, errno == EINTR { continue }
            // An error that is not a full socket shows when the thread reads.
            guard count > 0 else { return false }
            guard count == frame.count else {
                unsent[0] = frame[count..<frame.count]
                return false
            }
            unsent.removeFirst()
        }
        return true
    }

    // MARK: The thread

    private func run() {
        while !monitor.withLock({ isStopped }) {
            let begin = MonotonicClock.now()
            let end = serve()
            failAll(end)
            // A helper that served for a while is followed at once.
            if MonotonicClock.now() - begin < MonotonicClock.nanoseconds(1) {
                wait(pause)
                pause = min(2 * pause, Self.longestPause)
            } else {
                pause = times.pause
            }
        }
        failAll("its helper is stopped")
    }

    private func wait(_ seconds: Double) {
        let end = MonotonicClock.now() + MonotonicClock.nanoseconds(seconds)
        monitor.withLock {
            while !isStopped {
                let now = MonotonicClock.now()
                guard now < end else { return }
                monitor.wait(milliseconds: Int((end - now) / 1_000_000) + 1)
            }
        }
    }

    /// Ends all requests that wait.
    private func failAll(_ reason: String) {
        let all = monitor.withLock {
            self.reason = reason
            unsent = []
            order = OrderedNumbers()
            defer { waiting = [:] }
            return waiting.sorted { $0.key < $1.key }.map(\.value)
        }
        for one in all { one.completion(.failure(.unavailable(reason: reason))) }
    }

    /// The life of one helper.
    ///
    /// - Returns: The reason for its end.
    private func serve() -> String {
        var pin: PINFile?
        if let path = uri.pinFile {
            do throws(MasterKeyError) {
                pin = try PINFile(path)
            } catch {
                return error.description
            }
        }
        if let refusedPIN, refusedPIN == pin?.stamp {
            return monitor.withLock { reason } ?? "the token refuses the PIN"
        }
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { return Self.systemError("a socket can't be made", errno) }
        defer { close(ends[0]) }
        let process: pid_t
        do throws(HelperLaunchError) {
            defer { close(ends[1]) }
            process = try launch(ends[1])
        } catch {
            return Self.systemError("the helper process can't be started", error.code)
        }
        monitor.withLock { startCount += 1 }
        input.clear()
        let end = logIn(ends[0], pin) ?? exchange(ends[0])
        monitor.withLock { socket = nil }
        let status = Self.end(process)
        if case .closed = end { return "its helper process ended\(status)" }
        return end.text
    }

    private enum End {
        case closed
        case other(String)

        var text: String {
            switch self {
            case .closed: "its helper process ended"
            case .other(let text): text
            }
        }
    }

    /// Has the helper log in.
    ///
    /// - Returns: The reason why it has not, or `nil`.
    private func logIn(_ helper: Int32, _ pin: PINFile?) -> End? {
        let request = KeyRequest(uri, pin: pin?.pin).encoded
        let frame = request.withBytes { HelperMessage.frame(0, HelperMessage.Request.open.rawValue, [$0]) }
        let sent = frame.withBytes { bytes in
            Platform.send(helper, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        // It is the first and short, so it fits.
        guard sent == frame.count else { return .closed }
        let deadline = MonotonicClock.now() + MonotonicClock.nanoseconds(times.start)
        while true {
            if let (head, content) = input.next() {
                switch HelperMessage.Reply(rawValue: head.kind) {
                case .done: return begin(helper, id: content.text)
                case .pinRefused:
                    refusedPIN = .some(pin?.stamp)
                    return .other(content.text)
                case .unavailable, .notAuthentic, nil: return .other(content.text)
                }
            }
            let now = MonotonicClock.now()
            guard now < deadline else {
                return .other("the module did not log in within \(Int(times.start)) s, so its process was ended")
            }
            let rest = Int((deadline - now) / 1_000_000) + 1
            let isReadable = wake.wait(for: helper, writable: false, milliseconds: rest)
            if monitor.withLock({ isStopped }) { return .other("its helper is stopped") }
            if isReadable, !input.read(helper) { return .closed }
        }
    }

    /// Sends what waits for the login.
    private func begin(_ helper: Int32, id: String) -> End? {
        monitor.withLock {
            guard self.id ?? id == id else {
                return .other("another key has its name now, with the id \(id)")
            }
            self.id = id
            refusedPIN = nil
            reason = nil
            socket = helper
            let deadline = MonotonicClock.now() + MonotonicClock.nanoseconds(times.request)
            waiting = waiting.mapValues { Waiting(deadline: deadline, completion: $0.completion) }
            _ = sendUnsent()
            return nil
        }
    }

    /// Passes requests and replies on, until the helper ends or hangs.
    private func exchange(_ helper: Int32) -> End {
        var lastUse = MonotonicClock.now()
        while true {
            let isWaitingToSend = monitor.withLock { !unsent.isEmpty }
            let isReadable = wake.wait(for: helper, writable: isWaitingToSend, milliseconds: 500)
            if monitor.withLock({ isStopped }) { return .other("its helper is stopped") }
            let isOpen = !isReadable || input.read(helper)
            // Replies that came before the end count.
            while let (head, content) = input.next() {
                lastUse = MonotonicClock.now()
                if let end = complete(head, content) { return end }
            }
            guard isOpen else { return .closed }
            let now = MonotonicClock.now()
            let isOverdue = monitor.withLock {
                _ = sendUnsent()
                if now > lastUse + MonotonicClock.nanoseconds(times.idle), waiting.isEmpty {
                    send(.probe, Secret(copying: [])) { _ in }
                }
                guard let oldest = order.first(where: { waiting[$0] != nil }) else { return false }
                return waiting[oldest].map { $0.deadline < now } ?? false
            }
            if isOverdue {
                return .other("the module did not reply within \(Int(times.request)) s, so its process was ended")
            }
        }
    }

    /// Ends a request by its reply.
    ///
    /// - Returns: The end of the helper, if the reply is one that it does not outlive.
    private func complete(_ head: HelperMessage.Head, _ content: Secret) -> End? {
        let completion = monitor.withLock { waiting.removeValue(forKey: head.number)?.completion }
        switch HelperMessage.Reply(rawValue: head.kind) {
        case .done: completion?(.success(content))
        case .notAuthentic: completion?(.failure(.notAuthentic))
        case .pinRefused, .unavailable, nil:
            let reason = content.text
            completion?(.failure(.unavailable(reason: reason)))
            return .other(reason)
        }
        return nil
    }

    // MARK: Processes

    /// Ends a process, if it has not ended by itself.
    ///
    /// - Returns: How it ended, if a signal ended it that was not sent here.
    private static func end(_ process: pid_t) -> String {
        var status: Int32 = 0
        // One that has ended, or is about to, tells how.
        for _ in 0..<20 {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process {
                let signal = status & 0x7F
                return signal == 0 ? " (exit code \(status >> 8 & 0xFF))" : " (signal \(signal))"
            }
            if ended < 0, errno != EINTR { return "" }
            usleep(1_000)
        }
        kill(process, SIGKILL)
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return ""
    }

    private static func systemError(_ text: String, _ code: Int32) -> String {
        "\(text): \(String(cString: strerror(code)))"
    }
}

/// Numbers in the order in which they came.
private struct OrderedNumbers {
    private var numbers: [UInt64] = []
    private var start = 0

    mutating func append(_ number: UInt64) {
        numbers.append(number)
    }

    /// The first of those that count, which forgets those before it.
    mutating func first(where counts: (UInt64) -> Bool) -> UInt64? {
        while start < numbers.count, !counts(numbers[start]) { start += 1 }
        if start == numbers.count || start >= 1_024 {
            numbers.removeFirst(start)
            start = 0
        }
        return start < numbers.count ? numbers[start] : nil
    }
}
