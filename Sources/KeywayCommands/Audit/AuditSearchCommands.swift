import DatadogClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

private enum AuditEventColumns {
    static let all: [Column<AuditEvent>] = [
        Column("Time", .always) { $0.timestamp?.rawValue },
        Column("Action", .flexible) { $0.action },
        Column("On", .droppable(2)) { $0.assetType },
        Column("ID", .droppable(1)) { $0.assetID },
        Column("Outcome", .droppable(4)) { $0.outcome },
        Column("User", .droppable(3)) { $0.userID },
    ]
}

extension Command {
    private static let query = Option(
        name: "query",
        placeholder: "TEXT",
        help: "The search: words, and facets such as @evt.name:connection.act or @usr.id:ID"
    )
    private static let from = Option(
        name: "from",
        placeholder: "TIME",
        help: "No event before: a time as RFC 3339 has it, or now-15m"
    )
    private static let to = Option(name: "to", placeholder: "TIME", help: "No event after, as --from")
    private static let oldestFirst = Option.flag("oldest-first", "Begin with the oldest event instead of the newest")
    private static let limit = Option(name: "limit", placeholder: "N", help: "At most this many; default 100")

    static let auditEvents = Command(
        name: "audit events",
        summary: "Search the audit log of a server, the newest events first",
        options: [query, from, to, oldestFirst, limit],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: [
            "keyway audit events --from now-1h", "keyway audit events --query @evt.name:connection.act --output json",
        ]
    ) { arguments in
        let limit = try arguments.count(limit) ?? 100
        let session = try ClientSession(arguments)
        let search = AuditQuery(
            arguments[query],
            from: arguments[from],
            to: arguments[to],
            order: arguments.has(oldestFirst) ? .oldestFirst : .newestFirst
        )
        let events = try await session.collect(
            "Searching",
            session.client.audit.events(search, pageSize: min(limit, 1000)),
            limit: limit
        )
        try session.output.list(events, AuditEventColumns.all, noun: "such events")
    }

    static let auditHead = Command(
        name: "audit head",
        summary: "Print the signed head of a server's audit log in one line, for keyway audit verify --head",
        discussion: ["Keep it away from the server: with it, a reader of the log can tell whether events are missing."],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway audit head >> heads.jsonl"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let head = try await session.perform("Getting the head") { try await session.client.audit.head() }
        try Terminal.print(TextLayout.printable(String(decoding: head.json.data, as: UTF8.self)) + "\n")
    }
}
