package import Egress

/// The headers of a caller by which traces are followed from one service to the next (W3C Trace Context, Baggage). They
/// tell of the caller's own systems: a third party sees them only where the connection's settings say so.
struct TraceHeaders: Sendable {
    private let headers: [FoldedHeader]

    init(of callerHeaders: [FoldedHeader]) {
        headers = callerHeaders.filter { Self.names.contains($0.folded.text) }
    }

    /// The names in lower case.
    static let names = ["traceparent", "tracestate", "baggage"]

    /// The headers that go with a request.
    ///
    /// - Parameter own: Keyway's `traceparent`, which stands in the place of the caller's; `nil` to pass that on.
    /// - Returns: The headers. What the caller says of its trace is left out where Keyway's is another.
    func passedOn(as own: String?) -> [FoldedHeader] {
        guard let own else { return headers }
        let callers = headers.first { $0.folded.text == "traceparent" }?.value
        let isSameTrace = callers.map { Self.trace(of: $0) == Self.trace(of: own) } ?? false
        return [FoldedHeader(name: "traceparent", value: own)]
            + headers.filter { header in
                header.folded.text == "baggage" || header.folded.text == "tracestate" && isSameTrace
            }
    }

    /// The id of the trace in a `traceparent`.
    private static func trace(of traceparent: String) -> Substring { traceparent.dropFirst(3).prefix(32) }
}

extension PlannedAct {
    /// The headers of a trace that are added to the request when it is sent. Nothing signs them.
    ///
    /// - Parameter own: Keyway's `traceparent`, if the act is traced.
    /// - Returns: None, unless the connection's settings pass them on.
    package func traceHeaders(as own: String?) -> [OutgoingRequest.Header] {
        guard let traceHeaders else { return [] }
        return traceHeaders.passedOn(as: own).map { .init(name: $0.name, text: $0.value) }
    }
}
