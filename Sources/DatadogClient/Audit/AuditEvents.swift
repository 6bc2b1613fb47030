/// The events that a search finds, page after page, each asked for when it is needed.
///
///     for try await event in client.audit.events(AuditQuery("@evt.name:connection.act")) { print(event.message ?? "")
///     }
///
/// A loop throws ``DatadogError`` when a page can't be had, and `CancellationError` when its task is cancelled.
public struct AuditEvents: AsyncSequence, Sendable {
    /// The element that a loop is given.
    public typealias Element = AuditEvent

    let fetch: @Sendable (_ cursor: String?) async throws -> AuditPage

    /// Starts at the first page.
    ///
    /// - Returns: An iterator.
    public func makeAsyncIterator() -> Iterator { Iterator(fetch: fetch) }

    /// Where a loop stands.
    public struct Iterator: AsyncIteratorProtocol {
        let fetch: @Sendable (_ cursor: String?) async throws -> AuditPage
        var events: ArraySlice<AuditEvent> = []
        var cursor: String?
        var isAtEnd = false

        /// The next event.
        ///
        /// - Returns: The event, or `nil` at the end.
        /// - Throws: ``DatadogError`` if the next page can't be had; `CancellationError` if the task was cancelled.
        public mutating func next() async throws -> AuditEvent? {
            // A page may be empty and not the last: its search took too long.
            while events.isEmpty, !isAtEnd {
                try Task.checkCancellation()
                let page = try await fetch(cursor)
                events = page.events[...]
                cursor = page.cursor
                isAtEnd = page.cursor == nil
            }
            return events.popFirst()
        }
    }
}

/// A page of events.
struct AuditPage: Sendable {
    let events: [AuditEvent]
    /// Where the next page begins; `nil` of the last one.
    let cursor: String?

    init(json: JSONValue) throws(JSONMismatch) {
        guard let events: [AuditEvent] = try json.optionalValues("data") else {
            throw JSONMismatch(expected: "an array", found: json["data"]).inside("data")
        }
        self.events = events
        cursor = json["meta"]?["page"]?["after"]?.text
    }
}
