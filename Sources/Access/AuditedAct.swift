package import Documents

/// A use of a connection, which the audit log tells twice: what is intended before the secret is opened, and what came
/// of it. Both events have the id of the request, and no two requests have one.
package struct AuditedAct: Sendable {
    package enum Action: String, Sendable {
        case act = "connection.act"
        case test = "connection.test"
    }

    /// What came of an act.
    package enum Outcome: Sendable {
        /// The upstream answered with that status.
        case answered(status: Int)
        /// There is no answer to pass on: a short reason, without anything that the upstream sent.
        case failed(reason: String)
    }

    /// Of a longer path only the beginning is told.
    private static let pathLimit = 1024

    private let action: Action
    private let connection: Identifier
    private let principal: Principal
    private let requestID: String
    private let request: [JSONValue.Member]

    /// - Parameters:
    ///   - action: Whether it is an act or a test.
    ///   - connection: Through which connection.
    ///   - principal: Whose act it is.
    ///   - requestID: The request that asked for it.
    ///   - method: What is sent to the upstream.
    ///   - path: The raw path, without the query: placeholders stand in it as the caller wrote them.
    ///   - queryNames: The names in the query. Their values are not told: callers put tokens there.
    ///   - rule: The name of the rule that let it pass, if there are rules.
    ///   - isDryRun: Whether nothing is sent.
    package init(
        _ action: Action,
        connection: Identifier,
        principal: Principal,
        requestID: String,
        method: String,
        path: String,
        queryNames: [String] = [],
        rule: String? = nil,
        isDryRun: Bool = false
    ) {
        self.action = action
        self.connection = connection
        self.principal = principal
        self.requestID = requestID
        var request: [JSONValue.Member] = [.init("method", .string(method))]
        if path.utf8.count > Self.pathLimit {
            request.append(.init("path", .string(String(decoding: path.utf8.prefix(Self.pathLimit), as: UTF8.self))))
            request.append(.init("path_is_cut", true))
        } else {
            request.append(.init("path", .string(path)))
        }
        if !queryNames.isEmpty { request.append(.init("query", .array(queryNames.map { .string($0) }))) }
        if let rule { request.append(.init("rule", .string(rule))) }
        if isDryRun { request.append(.init("dry_run", true)) }
        self.request = request
    }

    /// What is committed before the secret is opened.
    package func intent() -> AuditEvent {
        event([.init("phase", "intent")] + request)
    }

    /// What is committed when it is over.
    ///
    /// - Parameters:
    ///   - outcome: What came of it.
    ///   - milliseconds: How long it took.
    /// - Returns: An event that names the same request as the intent.
    package func outcome(_ outcome: Outcome, milliseconds: Int64) -> AuditEvent {
        let result: JSONValue.Member =
            switch outcome {
            case .answered(let status): .init("status", .integer(Int64(status)))
            case .failed(let reason): .init("error", .string(reason))
            }
        return event([.init("phase", "outcome"), result, .init("milliseconds", .integer(milliseconds))])
    }

    private func event(_ details: [JSONValue.Member]) -> AuditEvent {
        AuditEvent(
            organization: principal.organization,
            actor: .principal(principal),
            action: action.rawValue,
            resourceType: "action_connection",
            resource: connection,
            details: details,
            requestID: requestID
        )
    }
}
