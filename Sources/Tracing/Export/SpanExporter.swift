import Documents
package import Egress
import JSONReading
import NetworkTypes
import Secrets
import Synchronization
import Threads

/// Sends spans to the operator's collector by OTLP over HTTP, in JSON.
///
/// The collector is the operator's: its address is not guarded as those of third parties are, and it has a client of its
/// own, so that it takes nothing from acts.
package final class SpanExporter: Sendable {
    package struct Counts: Sendable, Equatable {
        /// Spans that the collector has taken.
        package var exported: UInt64
        /// Spans that were lost: too many waited, or the collector did not take them.
        package var dropped: UInt64
    }

    /// A change in how the collector takes spans.
    package enum News: Sendable {
        /// It takes none, for this reason.
        case failing(String)
        case recovered
    }

    private let configuration: ExportConfiguration
    private let client: EgressClient
    private let document: OTLPDocument
    private let queue: SpanQueue
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let exported = Atomic<UInt64>(0)
    private let isFailing = Atomic<Bool>(false)
    private let noteNews: @Sendable (News) -> Void

    /// The longest response of a collector, in bytes.
    private static let responseBytes = 64 * 1_024

    /// - Parameters:
    ///   - configuration: Where spans are sent, and how.
    ///   - noteNews: Told when the collector takes no more spans, and when it does again.
    /// - Throws: As ``EgressClient/init(configuration:)``.
    package init(
        _ configuration: ExportConfiguration,
        noteNews: @escaping @Sendable (News) -> Void
    ) throws(EgressError) {
        self.configuration = configuration
        self.noteNews = noteNews
        client = try EgressClient(configuration: configuration.egress)
        document = OTLPDocument(resource: configuration.resource, version: configuration.version)
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        queue = SpanQueue(capacity: configuration.capacity, batch: configuration.batch) { [wake] in wake.yield() }
    }

    /// Begins the spans that this exports.
    package var tracer: Tracer { Tracer(collector: queue, ratio: configuration.ratio) }

    package var counts: Counts {
        Counts(exported: exported.load(ordering: .relaxed), dropped: queue.droppedCount)
    }

    /// Exports until the task is cancelled.
    package func run() async {
        let ticks = Task { [wake, interval = configuration.interval] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(interval))
                wake.yield()
            }
        }
        defer { ticks.cancel() }
        for await _ in wakes { await exportAll(pauses: configuration.pauses) }
    }

    /// Exports what waits, trying each batch once, and ends. What is not exported within a time is dropped.
    package func finish(within seconds: Int) async {
        let last = Task { await exportAll(pauses: []) }
        let limit = Task {
            try await Task.sleep(for: .seconds(seconds))
            last.cancel()
        }
        await last.value
        limit.cancel()
        // It waits for the client's thread.
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            DetachedThread.start { [client] in
                client.stop()
                continuation.resume()
            }
        }
    }

    private func exportAll(pauses: [Int]) async {
        while !Task.isCancelled {
            let spans = queue.take()
            guard !spans.isEmpty else { return }
            await export(spans, pauses: pauses)
            // Fewer may have others to come with.
            if spans.count < configuration.batch { return }
        }
    }

    private func export(_ spans: [FinishedSpan], pauses: [Int]) async {
        let body = document.bytes(of: spans).withUnsafeBytes { SecretBuffer(copying: $0) }
        var delivery = await send(body)
        for pause in pauses {
            guard case .failed(let again, _) = delivery, let again, !Task.isCancelled else { break }
            // Apart from other senders, which the collector may have sent away at the same moment.
            let milliseconds = max(pause, again) * Int.random(in: 80...120) / 100
            try? await Task.sleep(for: .milliseconds(milliseconds))
            guard !Task.isCancelled else { break }
            delivery = await send(body)
        }
        switch delivery {
        case .taken(let rejected):
            // It is the collector that says so: a number of any size.
            let rejected = min(max(rejected, 0), spans.count)
            exported.add(UInt64(spans.count - rejected), ordering: .relaxed)
            queue.drop(rejected)
            if isFailing.exchange(false, ordering: .relaxed) { noteNews(.recovered) }
        case .failed where Task.isCancelled:
            // The server ends: there is one more try.
            queue.putBack(spans)
        case .failed(_, let reason):
            queue.drop(spans.count)
            if !isFailing.exchange(true, ordering: .relaxed) { noteNews(.failing(reason)) }
        }
    }

    private enum Delivery {
        /// The collector has taken all but these.
        case taken(rejected: Int)
        /// It has taken none; it may be asked again after so many milliseconds, or never (`nil`).
        case failed(again: Int?, reason: String)
    }

    private func send(_ body: SecretBuffer) async -> Delivery {
        let request = OutgoingRequest(
            method: "POST",
            origin: configuration.origin,
            target: Secret(copying: configuration.path.utf8),
            headers: [.init(name: "Content-Type", text: "application/json")] + configuration.headers,
            body: body
        )
        do {
            let response = try await client.collect(request, atMost: Self.responseBytes)
            let status = response.head.status
            switch status {
            case 200..<300: return .taken(rejected: Self.rejected(in: response.body))
            case 429, 502, 503, 504:
                return .failed(again: Self.pause(in: response.head), reason: "the collector says \(status)")
            default: return .failed(again: nil, reason: "the collector says \(status)")
            }
        } catch {
            return .failed(again: error.isWorthAnotherTry ? 0 : nil, reason: error.ofCollector)
        }
    }

    /// How many spans a collector says that it did not take.
    private static func rejected(in body: SecretBuffer) -> Int {
        guard let document = try? JSONReader.read(body), let success = document["partialSuccess"] else { return 0 }
        let rejected = success["rejectedSpans"]
        return rejected?.wholeNumber.map { Int(clamping: $0) } ?? (rejected?.text?.string).flatMap { Int($0) } ?? 0
    }

    /// The pause that a collector asks for, in milliseconds: ten seconds at most.
    private static func pause(in head: ResponseHead) -> Int {
        min(max(head["Retry-After"].flatMap { Int($0) } ?? 0, 0), 10) * 1_000
    }
}

extension ExportConfiguration {
    fileprivate var egress: EgressConfiguration {
        var egress = EgressConfiguration()
        // All addresses: it is the operator who names the collector.
        egress.allowedNetworks = ["0.0.0.0/0", "::/0"].compactMap { IPNetwork($0) }
        egress.allowsPlaintext = true
        egress.certificateAuthorityFile = certificateAuthorityFile
        egress.userAgent = "Keyway/\(version)"
        egress.connectTimeout = min(egress.connectTimeout, timeout)
        egress.firstByteTimeout = timeout
        egress.idleTimeout = timeout
        egress.totalTimeout = timeout
        return egress
    }
}

extension EgressError {
    fileprivate var isWorthAnotherTry: Bool {
        switch self {
        case .unresolvableHost, .connectionFailed, .timedOut, .malformedResponse: true
        default: false
        }
    }

    /// The error in the log: it says nothing of what was sent.
    fileprivate var ofCollector: String {
        switch self {
        case .unresolvableHost: "the collector's name is not found"
        case .connectionFailed: "the collector can't be reached"
        case .timedOut: "the collector does not respond"
        case .insecure: "the collector's certificate is not valid"
        case .refusedAddress: "the collector's address is a metadata service's"
        case .stopped, .cancelled: "the server is stopping"
        default: "the collector's response is not understood"
        }
    }
}
