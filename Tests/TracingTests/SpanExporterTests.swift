import Documents
import Egress
import HTTPServer
import JSONReading
import NetworkTypes
import Secrets
import Synchronization
import Testing

@testable import Tracing

/// A collector that answers as it is told.
private final class Collector: RequestHandler {
    struct State: Sendable {
        var answers: [(status: Int, body: String)] = []
        /// The value of `Retry-After`.
        var pause: String?
        var received: [JSONValue] = []
        var keys: [String?] = []
    }

    let state: Mutex<State>

    /// - Parameters:
    ///   - answers: The first responses; those that follow are 200.
    ///   - pause: The value of their `Retry-After`.
    init(_ answers: [(status: Int, body: String)], pausing pause: String?) {
        state = Mutex(State(answers: answers, pause: pause))
    }

    func handle(_ request: Request, reply: Reply) {
        let document = (try? JSONReader.read(request.body)) ?? .null
        let isRight = request.rawPath == "/v1/traces" && request.header("Content-Type") == "application/json"
        let answer = state.withLock { state in
            state.received.append(document)
            state.keys.append(request.header("X-Key"))
            return state.answers.isEmpty ? (status: 200, body: "{}") : state.answers.removeFirst()
        }
        let pause = state.withLock { $0.pause }
        reply.send(
            Response(
                status: isRight ? answer.status : 400,
                headers: pause.map { [HeaderField(name: "Retry-After", value: $0)] } ?? [],
                body: Array(answer.body.utf8)
            )
        )
    }

    func refuse(_ refusal: Refusal, to _: IPAddress) -> Response { Response(status: refusal.status) }

    var received: [JSONValue] { state.withLock { $0.received } }
}

@Suite("The exporter of spans")
struct SpanExporterTests {
    private func configuration(_ port: UInt16) -> ExportConfiguration {
        var configuration = ExportConfiguration(
            origin: "http://127.0.0.1:\(port)",
            path: "/v1/traces",
            version: "1.2.3"
        )
        configuration.interval = 5
        configuration.pauses = [1, 1]
        configuration.timeout = 600
        configuration.resource = [("service.name", "a \"service\"")]
        return configuration
    }

    /// Exports spans through a collector, and gives what came of it.
    private func export(
        _ count: Int,
        answering answers: [(status: Int, body: String)] = [],
        pausing pause: String? = nil,
        until isDone: (SpanExporter.Counts) -> Bool,
        changing change: (inout ExportConfiguration) -> Void = { _ in }
    ) async throws -> (collector: Collector, counts: SpanExporter.Counts, news: [String]) {
        let collector = Collector(answers, pausing: pause)
        let server = try HTTPServer(
            configuration: ServerConfiguration(address: "127.0.0.1", port: 0),
            handler: collector
        )
        var configuration = configuration(server.boundPort)
        change(&configuration)
        let told = NewsBox()
        let exporter = try SpanExporter(configuration) { told.append($0) }
        let running = Task { await exporter.run() }
        let tracer = exporter.tracer
        for number in 0..<count {
            tracer.begin(.request("GET", "/"), [.status(number)], under: nil, startedAt: 0)?.end()
        }
        while !isDone(exporter.counts) { try await Task.sleep(for: .milliseconds(5)) }
        running.cancel()
        await running.value
        await exporter.finish(within: 600)
        server.stop(gracePeriod: 1)
        return (collector, exporter.counts, told.all)
    }

    @Test("sends spans in batches, with the headers that it was given")
    func batches() async throws {
        let (collector, counts, news) = try await export(10) {
            $0.exported == 10
        } changing: {
            $0.batch = 4
            $0.headers = [.init(name: "X-Key", text: "key")]
        }
        #expect(counts == .init(exported: 10, dropped: 0))
        #expect(news.isEmpty)
        #expect(collector.state.withLock { $0.keys.allSatisfy { $0 == "key" } })
        let spans = collector.received.flatMap(\.spans)
        #expect(spans.count == 10)
        #expect(collector.received.allSatisfy { $0.spans.count <= 4 })
        #expect(spans[0]["name"] == "GET /")
        #expect(spans[0]["kind"] == 2)
        #expect(spans[3]["attributes"] == [["key": "http.response.status_code", "value": ["intValue": "3"]]])
        let resource = collector.received[0]["resourceSpans"]?.elements?.first?["resource"]
        #expect(resource == ["attributes": [["key": "service.name", "value": ["stringValue": "a \"service\""]]]])
    }

    @Test("sends again what the collector has no time for, and no other refusal")
    func retries() async throws {
        let again = try await export(2, answering: [(503, ""), (429, "")]) { $0.exported + $0.dropped == 2 }
        #expect(again.counts == .init(exported: 2, dropped: 0))
        #expect(again.collector.received.count == 3)
        let refused = try await export(2, answering: [(400, "")]) { $0.exported + $0.dropped == 2 }
        #expect(refused.counts == .init(exported: 0, dropped: 2))
        #expect(refused.collector.received.count == 1)
        #expect(refused.news == ["failing: the collector says 400"])
    }

    @Test("gives up after a few tries, and says when it works again")
    func givesUp() async throws {
        let result = try await export(8, answering: Array(repeating: (503, ""), count: 3)) {
            $0.exported == 4 && $0.dropped == 4
        } changing: {
            $0.batch = 4
        }
        #expect(result.news == ["failing: the collector says 503", "recovered"])
    }

    @Test(
        "counts spans that the collector rejects, and no more than there were",
        arguments: [
            (#""3""#, 3), ("3", 3), ("-1", 0), (#""-9223372036854775808""#, 0), ("9223372036854775807", 5),
            (#""99999999999999999999""#, 0), ("1.5", 0), ("[]", 0), ("null", 0),
        ] as [(String, UInt64)]
    )
    func rejected(_ number: String, _ dropped: UInt64) async throws {
        let body = #"{"partialSuccess":{"rejectedSpans":\#(number)}}"#
        let result = try await export(5, answering: [(200, body)]) { $0.exported + $0.dropped == 5 }
        #expect(result.counts == .init(exported: 5 - dropped, dropped: dropped))
    }

    @Test(
        "does not mind what the collector calls a pause or a response",
        arguments: ["-1", "-9223372036854775808", "99999999999999999999", "soon"]
    )
    func nonsense(_ pause: String) async throws {
        let result = try await export(1, answering: [(503, "\u{0}{"), (200, "[")], pausing: pause) {
            $0.exported + $0.dropped == 1
        }
        #expect(result.counts == .init(exported: 1, dropped: 0))
    }

    @Test("drops and counts what is beyond its queue")
    func drops() {
        let queue = SpanQueue(capacity: 3, batch: 2) {}
        let tracer = Tracer(collector: queue)
        for _ in 0..<5 { tracer.begin(.act, [], under: nil, startedAt: 0)?.end() }
        #expect(queue.droppedCount == 2)
        #expect(queue.take().count == 2)
        #expect(queue.take().count == 1)
        #expect(queue.take().isEmpty)
    }

    @Test("ends in time where the collector is gone, and holds nobody up")
    func gone() async throws {
        var configuration = configuration(9)
        configuration.pauses = [1]
        let exporter = try SpanExporter(configuration) { _ in }
        let running = Task { await exporter.run() }
        exporter.tracer.begin(.act, [], under: nil, startedAt: 0)?.end()
        while exporter.counts.dropped == 0 { try await Task.sleep(for: .milliseconds(5)) }
        running.cancel()
        await running.value
        await exporter.finish(within: 600)
        #expect(exporter.counts == .init(exported: 0, dropped: 1))
    }
}

/// Keeps what an exporter tells.
private final class NewsBox: Sendable {
    private let news = Mutex<[String]>([])

    var all: [String] { news.withLock { $0 } }

    func append(_ one: SpanExporter.News) {
        let text =
            switch one {
            case .failing(let reason): "failing: \(reason)"
            case .recovered: "recovered"
            }
        news.withLock { $0.append(text) }
    }
}

extension JSONValue {
    fileprivate var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The spans of an export.
    fileprivate var spans: [JSONValue] {
        let resources = self["resourceSpans"]?.elements ?? []
        return resources.flatMap { $0["scopeSpans"]?.elements ?? [] }.flatMap { $0["spans"]?.elements ?? [] }
    }
}
