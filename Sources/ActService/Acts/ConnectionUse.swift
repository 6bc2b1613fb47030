import Access
import Acting
import Secrets
import Tracing

/// A use of a connection that was admitted: its outcome is told once, by ``end(_:code:_:)``.
struct ConnectionUse: Sendable {
    let record: ActRecord
    let connection: ActConnection
    let plan: PlannedAct
    let sealed: SealedSecrets?
    let limiter: ActLimiter
    let metrics: ActMetrics
    /// The span of it, if it is traced.
    let span: Span?

    /// Ends it: tells the audit log, leaves the connection's limit, counts, and ends its span.
    ///
    /// - Parameters:
    ///   - outcome: The outcome; `nil` where the intent was not written.
    ///   - code: The same for metrics.
    ///   - facts: What is known of the response, if there is one.
    func end(_ outcome: AuditedAct.Outcome?, code: String, _ facts: ProxiedResponse.Facts? = nil) {
        if let outcome { record.end(outcome) }
        limiter.leave(connection.id, of: connection.organization)
        metrics.end(connection.integration, code, facts)
        span?.end([.outcome(code)], failed: outcome?.error != nil || outcome == nil)
    }
}
