import DatadogClient
import KeywayServer
import Platform
import Synchronization
import Threads

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Hands messages of an agent's client on to a server, and the server's back: a line each.
///
/// It knows nothing of tools. Where the client takes a request back, its HTTP request is given up, and an act with it.
final class AgentRelay: Sendable {
    private struct State {
        /// The version that a handshake has agreed on.
        var version: String?
        /// The requests under way.
        var tasks: [AgentRequestID: Task<Void, Never>] = [:]
    }

    private let url: URL
    private let credential: [(name: String, value: String)]
    private let transport: any Transport
    private let write: @Sendable ([UInt8]) -> Void
    private let state = Mutex(State())
    private let outputLock = Lock()

    /// Longer than an act may take.
    private static let timeout = Duration.seconds(3_700)

    /// - Parameters:
    ///   - url: The server's address for messages.
    ///   - credential: The headers that show who the caller is.
    ///   - transport: Carries requests.
    ///   - write: Takes a line, one at a time.
    init(
        to url: URL,
        _ credential: [(name: String, value: String)],
        over transport: any Transport,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.url = url
        self.credential = credential
        self.transport = transport
        self.write = write
    }

    /// Hands all lines on, each as it comes, and waits for what is under way when they end.
    func run(_ lines: AsyncThrowingStream<[UInt8], any Error>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for try await bytes in lines where !bytes.allSatisfy(Self.isBlank) {
                let line = AgentLine(bytes)
                if let cancelled = line.cancelled {
                    state.withLock { $0.tasks[AgentRequestID(cancelled)] }?.cancel()
                    continue
                }
                if let fault = line.fault {
                    print(line.error(fault))
                    continue
                }
                let task = begin(line)
                group.addTask { await task.value }
            }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private func begin(_ line: AgentLine) -> Task<Void, Never> {
        guard let id = line.id.map(AgentRequestID.init) else { return Task { await self.handOn(line) } }
        // Within the lock, so that it can't end before it is known.
        return state.withLock { state in
            let task = Task {
                await self.handOn(line)
                self.state.withLock { _ = $0.tasks.removeValue(forKey: id) }
            }
            state.tasks[id] = task
            return task
        }
    }

    private func handOn(_ line: AgentLine) async {
        do {
            let response = try await transport.send(request(for: line))
            let body = Array(response.body)
            if let version = line.agreedVersion(in: body) { state.withLock { $0.version = version } }
            // A request that was taken back has no response.
            guard !Task.isCancelled else { return }
            if let answer = line.answer(response.status, body) {
                print(answer)
            } else if response.status >= 400 {
                Terminal.printError("keyway: the server refuses a notification with status \(response.status)")
            }
        } catch is CancellationError {
            return
        } catch {
            guard !Task.isCancelled else { return }
            let reason = (error as? TransportError)?.description ?? "the request failed"
            Terminal.printError("keyway: \(url.absoluteString) was not reached: \(reason)")
            if !line.isNotification { print(line.error("Keyway was not reached: \(reason).")) }
        }
    }

    private func request(for line: AgentLine) -> TransportRequest {
        var headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream"),
            ("User-Agent", "keyway/\(KeywayVersion.current)"),
        ]
        headers += credential
        if !line.headers.isEmpty {
            headers += line.headers
        } else if line.method != "initialize", let version = state.withLock({ $0.version }) {
            headers.append(("MCP-Protocol-Version", version))
        }
        return TransportRequest(
            method: "POST",
            url: url,
            headers: headers,
            body: Data(line.bytes),
            timeout: Self.timeout,
            isRepeatable: false
        )
    }

    private func print(_ line: [UInt8]) {
        outputLock { write(line + [UInt8(ascii: "\n")]) }
    }
}
