import Documents
import Threads

/// A span that has begun. It is told of once, when it ends.
package final class Span: Sendable {
    /// The part that a span has in a request, by OpenTelemetry's numbers.
    package enum Kind: Int64, Sendable {
        case `internal` = 1
        case server = 2
        case client = 3
    }

    package let context: SpanContext
    private let parent: UInt64?
    private let name: SpanName
    private let kind: Kind
    private let startedAt: UInt64
    /// The nanoseconds to add to ``MonotonicClock``'s time for that of the calendar, counted from 1970: the same
    /// within a trace, so that its spans keep their order when the calendar's clock is set.
    private let offset: UInt64
    private let attributes: [SpanAttribute]
    private let collector: any SpanCollector

    init(
        _ name: SpanName,
        _ kind: Kind,
        _ context: SpanContext,
        parent: UInt64?,
        startedAt: UInt64,
        offset: UInt64,
        attributes: [SpanAttribute],
        collector: any SpanCollector
    ) {
        self.name = name
        self.kind = kind
        self.context = context
        self.parent = parent
        self.startedAt = startedAt
        self.offset = offset
        self.attributes = attributes
        self.collector = collector
    }

    /// Begins a span below this one.
    package func child(_ name: SpanName, _ kind: Kind = .internal, _ attributes: [SpanAttribute] = []) -> Span {
        Span(
            name,
            kind,
            context.child(),
            parent: context.span,
            startedAt: MonotonicClock.now(),
            offset: offset,
            attributes: attributes,
            collector: collector
        )
    }

    /// Ends it.
    ///
    /// - Parameters:
    ///   - attributes: What is known only now.
    ///   - hasFailed: Whether what it tells of did not come about.
    package func end(_ attributes: [SpanAttribute] = [], failed hasFailed: Bool = false) {
        collector.collect(
            FinishedSpan(
                context: context,
                parent: parent,
                name: name,
                kind: kind,
                start: startedAt &+ offset,
                end: MonotonicClock.now() &+ offset,
                attributes: self.attributes + attributes,
                hasFailed: hasFailed
            )
        )
    }

    /// Runs `body` while this is the current span.
    package func scope<Result>(_ body: () throws -> Result) rethrows -> Result {
        try CurrentSpan.local.withValue(self, operation: body)
    }

    /// Runs `body` as a span below this one, which fails if `body` throws.
    package func measure<Result>(_ name: SpanName, _ body: () throws -> Result) rethrows -> Result {
        let span = child(name)
        do {
            let result = try body()
            span.end()
            return result
        } catch {
            span.end(failed: true)
            throw error
        }
    }
}

extension Span? {
    /// Runs `body` while this is the current span; without one, just runs it.
    package func scope<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let self else { return try body() }
        return try self.scope(body)
    }
}

/// The span that a thread or a task works for, for those who are not told otherwise: the store, which is asked from
/// everywhere. Only looked at where there is a tracer.
package enum CurrentSpan {
    static let local = TaskLocal<Span?>(wrappedValue: nil)

    package static var value: Span? { local.get() }
}
