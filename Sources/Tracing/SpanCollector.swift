/// Takes spans as they end. It must return at once, whatever becomes of them.
package protocol SpanCollector: Sendable {
    func collect(_ span: FinishedSpan)
}

/// A span from its beginning to its end.
package struct FinishedSpan: Sendable {
    package let context: SpanContext
    /// The span above it; `nil` for the first of its trace.
    package let parent: UInt64?
    package let name: SpanName
    package let kind: Span.Kind
    /// In nanoseconds since 1970.
    package let start: UInt64
    package let end: UInt64
    package let attributes: [SpanAttribute]
    package let hasFailed: Bool
}
