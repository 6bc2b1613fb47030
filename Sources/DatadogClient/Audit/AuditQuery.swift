/// A search in the audit log. A member that is `nil` limits nothing.
public struct AuditQuery: Sendable, Hashable {
    /// In which order events come.
    public enum Order: Sendable, Hashable {
        /// The newest first.
        case newestFirst
        /// The oldest first.
        case oldestFirst
    }

    /// Words and facets, such as `@evt.name:connection.act @usr.id:…`.
    public var text: String?
    /// No event before: a time as RFC 3339 has it, milliseconds since 1970, or `now-15m`.
    public var from: String?
    /// No event after, as ``from``.
    public var to: String?
    /// In which order they come.
    public var order: Order

    /// Describes a search.
    ///
    /// - Parameters:
    ///   - text: Words and facets, such as `@evt.name:connection.act`.
    ///   - from: No event before: a time as RFC 3339 has it, milliseconds since 1970, or `now-15m`.
    ///   - to: No event after, as `from`.
    ///   - order: In which order they come.
    public init(_ text: String? = nil, from: String? = nil, to: String? = nil, order: Order = .newestFirst) {
        self.text = text
        self.from = from
        self.to = to
        self.order = order
    }

    func parameters(limit: Int, cursor: String?) -> [(name: String, value: String)] {
        let all = [
            ("filter[query]", text), ("filter[from]", from), ("filter[to]", to),
            ("sort", order == .oldestFirst ? "timestamp" : "-timestamp"), ("page[limit]", String(limit)),
            ("page[cursor]", cursor),
        ]
        return all.compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}
