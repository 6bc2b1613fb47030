import Documents
import Synchronization
import Testing

@testable import Tracing

/// Keeps spans.
final class KeptSpans: SpanCollector {
    private let kept = Mutex<[FinishedSpan]>([])

    var all: [FinishedSpan] { kept.withLock { $0 } }

    func collect(_ span: FinishedSpan) {
        kept.withLock { $0.append(span) }
    }
}

@Suite("A tracer")
struct TracerTests {
    private let kept = KeptSpans()

    private func begin(_ tracer: Tracer, under traceparent: String? = nil) -> Span? {
        tracer.begin(.request("GET", "/api/{id}"), [.route("/api/{id}")], under: traceparent, startedAt: 1)
    }

    @Test("begins a trace, whose spans hang together")
    func spans() throws {
        let span = try #require(begin(Tracer(collector: kept)))
        let child = span.child(.act)
        child.end([.outcome("answered")])
        span.end([.status(200)])
        let all = kept.all
        #expect(all.map(\.name.text) == ["act", "GET /api/{id}"])
        #expect(all[0].parent == span.context.span)
        #expect(all[1].parent == nil)
        #expect(all[0].context.traceText == all[1].context.traceText)
        #expect(all[1].attributes == [.route("/api/{id}"), .status(200)])
        #expect(all[1].start <= all[0].start && all[0].end <= all[1].end)
    }

    @Test("continues the caller's trace")
    func continues() throws {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let span = try #require(begin(Tracer(collector: kept, ratio: 0), under: text))
        span.end()
        #expect(span.context.traceText == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(kept.all.first?.parent == 0x00f0_67aa_0ba9_02b7)
    }

    @Test("records nothing of a trace that its caller does not record")
    func unsampled() {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
        #expect(begin(Tracer(collector: kept), under: text) == nil)
    }

    @Test("records a share of new traces")
    func share() {
        #expect(begin(Tracer(collector: kept, ratio: 0)) == nil)
        let some = Tracer(collector: kept, ratio: 0.5)
        let recorded = (0..<1_000).filter { _ in begin(some) != nil }.count
        #expect((300...700).contains(recorded))
    }

    @Test("names no method that a caller made up")
    func methods() {
        #expect(SpanName.request("SECRET", "/a").text == "_OTHER /a")
        #expect(SpanAttribute.method("SECRET") == .method("ANOTHER"))
        #expect(SpanName.upstream("PATCH").text == "PATCH")
    }

    @Test("has a current span for those who are not told, in tasks too")
    func current() async throws {
        let span = try #require(begin(Tracer(collector: kept)))
        #expect(CurrentSpan.value == nil)
        let task = span.scope { Task { CurrentSpan.value?.context } }
        #expect(await task.value == span.context)
        #expect(CurrentSpan.value == nil)
    }

    @Test("ends a span that fails where what it measures throws")
    func measure() throws {
        struct Failure: Error {}
        let span = try #require(begin(Tracer(collector: kept)))
        #expect(throws: Failure.self) { try span.measure(.vaultOpen) { throw Failure() } }
        #expect(span.measure(.vaultSeal) { 1 } == 1)
        #expect(kept.all.map(\.hasFailed) == [true, false])
    }
}
