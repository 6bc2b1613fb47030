import Platform
import Threads

/// Begins the spans of requests: a new trace, or a part of the one that the caller is in.
package struct Tracer: Sendable {
    private let collector: any SpanCollector
    /// New traces below this are recorded, by their last eight bytes.
    private let threshold: UInt64
    private let recordsAll: Bool

    /// - Parameters:
    ///   - collector: Takes the spans.
    ///   - ratio: The share of new traces that is recorded, from 0 to 1. A caller's trace is recorded where its caller
    ///     records it.
    package init(collector: any SpanCollector, ratio: Double = 1) {
        self.collector = collector
        recordsAll = ratio >= 1
        threshold = recordsAll ? .max : UInt64(max(0, ratio) * 0x1p64)
    }

    /// Begins the span of a request.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - attributes: What is known of it.
    ///   - traceparent: The caller's header of that name.
    ///   - startedAt: When it began, by ``MonotonicClock``.
    /// - Returns: The span; `nil` if its trace is not recorded.
    package func begin(
        _ name: SpanName,
        _ attributes: [SpanAttribute],
        under traceparent: String?,
        startedAt: UInt64
    ) -> Span? {
        let caller = traceparent.flatMap(SpanContext.init(traceparent:))
        let context = caller?.child() ?? .root()
        guard caller?.isSampled ?? (recordsAll || context.traceLow < threshold) else { return nil }
        return Span(
            name,
            .server,
            context,
            parent: caller?.span,
            startedAt: startedAt,
            offset: Self.offset(),
            attributes: attributes,
            collector: collector
        )
    }

    /// The nanoseconds to add to the monotonic clock's time for that of the calendar.
    private static func offset() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec) &- MonotonicClock.now()
    }
}
