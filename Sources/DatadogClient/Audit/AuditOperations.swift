/// The operations on the audit log. They need the permission `audit_logs_read`.
///
/// Source: the Audit API, https://docs.datadoghq.com/api/latest/audit/
public struct AuditOperations: Sendable {
    let requester: Requester

    /// The events that a search finds, fetched page by page.
    ///
    /// - Parameters:
    ///   - query: What to look for.
    ///   - pageSize: How many to fetch at once, at most 1,000.
    /// - Returns: The events.
    public func events(_ query: AuditQuery = AuditQuery(), pageSize: Int = 100) -> AuditEvents {
        AuditEvents { cursor in
            let parameters = query.parameters(limit: pageSize, cursor: cursor)
            return try await requester.read(Operation("GET", ["v2", "audit", "events"], query: parameters)) {
                json throws(JSONMismatch) in try AuditPage(json: json)
            }
        }
    }

    /// Gets the signed head of the log. Keyway has this operation, Datadog's sites have not.
    ///
    /// - Returns: The head as it is now.
    /// - Throws: ``DatadogError``: `forbidden` and those of any operation.
    public func head() async throws -> AuditHead {
        try await requester.read(Operation("GET", ["v2", "audit", "head"])) { json throws(JSONMismatch) in
            try AuditHead(json: json)
        }
    }
}
