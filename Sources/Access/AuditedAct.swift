package import Documents

/// A use of a connection, which the audit log tells twice: what is intended before the secret is opened, and what came
/// of it. Both events have the id of the request, and no two requests have one.
package struct AuditedAct: Sendable {
    package enum Action: String, Sendable {
        case act = "connection.act"
        case test = "connection.test"
    }

    /// The result of an act.
    package struct Outcome: Sendable {
        /// The third party's status, if it responded.
        package var status: Int?
        /// The length of the body that was passed on, in bytes, and how often a secret was masked in it.
        package var bytes = 0
        package var masked = 0
        /// Scheme, host and port of each redirect that was followed.
        package var redirects: [String] = []
        /// The result of a test.
        package var result: String?
        /// Why there is no response, or an incomplete one: a code, without anything that the third party sent.
        package var error: String?

        package init(status: Int? = nil, error: String? = nil) {
            self.status = status
            self.error = error
        }
    }

    /// The longest path in an event, in bytes; a longer one is cut.
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
    ///   - method: What is sent to the third party.
    ///   - origin: Scheme, host and port of where it is sent.
    ///   - path: The raw path, without the query: placeholders stand in it as the caller wrote them.
    ///   - queryNames: The names in the query. Their values are not told: callers put tokens there.
    ///   - rule: The name of the rule that let it pass, if there are rules.
    ///   - objection: What rules would say against it, if they were not only observed.
    package init(
        _ action: Action,
        connection: Identifier,
        principal: Principal,
        requestID: String,
        method: String,
        origin: String,
        path: String,
        queryNames: [String] = [],
        rule: String? = nil,
        objection: String? = nil
    ) {
        self.action = action
        self.connection = connection
        self.principal = principal
        self.requestID = requestID
        var request: [JSONValue.Member] = [.init("method", .string(method)), .init("origin", .string(origin))]
        if path.utf8.count > Self.pathLimit {
            request.append(.init("path", .string(String(decoding: path.utf8.prefix(Self.pathLimit), as: UTF8.self))))
            request.append(.init("path_is_cut", true))
        } else {
            request.append(.init("path", .string(path)))
        }
        if !queryNames.isEmpty { request.append(.init("query", .array(queryNames.map { .string($0) }))) }
        if let rule { request.append(.init("rule", .string(rule))) }
        if let objection { request.append(.init("would_refuse", .string(objection))) }
        self.request = request
    }

    /// The event that is committed before the secret is opened.
    package func intent() -> AuditEvent {
        event([.init("phase", "intent")] + request)
    }

    /// The event that is committed when the act is over.
    ///
    /// - Parameters:
    ///   - outcome: What came of it.
    ///   - milliseconds: How long it took.
    /// - Returns: An event that names the same request as the intent.
    package func outcome(_ outcome: Outcome, milliseconds: Int64) -> AuditEvent {
        var details: [JSONValue.Member] = [.init("phase", "outcome")]
        if let result = outcome.result { details.append(.init("result", .string(result))) }
        if let status = outcome.status { details.append(.init("status", .integer(Int64(status)))) }
        if let error = outcome.error { details.append(.init("error", .string(error))) }
        if !outcome.redirects.isEmpty {
            details.append(.init("redirects", .array(outcome.redirects.map { .string($0) })))
        }
        details.append(.init("milliseconds", .integer(milliseconds)))
        if outcome.bytes > 0 { details.append(.init("bytes", .integer(Int64(outcome.bytes)))) }
        if outcome.masked > 0 { details.append(.init("masked", .integer(Int64(outcome.masked)))) }
        return event(details)
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
