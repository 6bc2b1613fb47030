import Access
import ActService
import Documents
import JSONReading
import Storage

extension ToolCall {
    /// Which connections are asked for.
    private struct Filter {
        let query: String?
        let integration: String?
        let method: String?
        let path: String?

        /// Whether each page of the store is a page of the list.
        var isOfStore: Bool { method == nil }

        init(_ arguments: inout ToolArguments) {
            query = arguments.text("query")
            integration = arguments.text("integration")
            method = arguments.text("method")?.uppercased()
            path = arguments.text("path")
            if path != nil, method == nil { arguments.object("path needs method") }
        }
    }

    /// The pages that are read at most to find one connection that a filter lets through.
    private static let pagesAtMost = 5

    func listConnections() throws -> ToolResult {
        var arguments = ToolArguments(self.arguments)
        let filter = Filter(&arguments)
        let limit = arguments.number("limit", in: 1...100) ?? 20
        let cursor = arguments.text("cursor")
        guard connection == nil else {
            return ToolResult(error: "This address is of one connection: describe_connection tells what it allows.")
        }
        try arguments.finish()
        if let token = actor.principal.actToken {
            return try list(of: token.limits.connections.sorted(), filter, limit, after: cursor)
        }
        // A list tells ids that a caller may not know otherwise, which takes a permission of its own.
        guard actor.principal.permissions.contains(.connectionsRead) else {
            throw GateError.permissionMissing([.connectionsRead])
        }
        return try list(filter, limit, after: cursor)
    }

    /// The connections that an act token is for.
    private func list(
        of ids: [Identifier],
        _ filter: Filter,
        _ limit: Int,
        after cursor: String?
    ) throws -> ToolResult {
        let last = cursor.flatMap { Identifier($0) }
        if cursor != nil, last == nil { throw Self.unknownCursor }
        var found: [JSONValue] = []
        var end: Identifier?
        for id in ids where last.map({ $0 < id }) ?? true {
            guard let description = try description(of: id, filter), matches(description, filter) else { continue }
            if found.count == limit { return .list(found, next: end?.description) }
            found.append(DescribedConnection(description, for: actor).brief)
            end = id
        }
        return .list(found, next: nil)
    }

    /// All connections that the caller may act through.
    private func list(_ filter: Filter, _ limit: Int, after cursor: String?) throws -> ToolResult {
        var position = cursor.flatMap { ListPosition(text: $0[...]) }
        if cursor != nil, position == nil { throw Self.unknownCursor }
        var found: [JSONValue] = []
        for _ in 0..<(filter.isOfStore ? 1 : Self.pagesAtMost) where found.isEmpty {
            let page = try core.access.page(
                for: actor.principal,
                matching: DocumentFilter(category: filter.integration, nameContains: filter.query),
                page: Page(size: limit, number: 0, after: position)
            )
            for document in page.elements {
                guard let id = try JSONReader.read(document)["id"]?.text.flatMap({ Identifier($0.string) }),
                    let description = try description(of: id, filter)
                else { continue }
                found.append(DescribedConnection(description, for: actor).brief)
            }
            position = page.elements.count == limit ? page.end : nil
            if position == nil { break }
        }
        return .list(found, next: position?.text)
    }

    /// A connection, if the caller may act through it in the way that is asked for.
    private func description(of id: Identifier, _ filter: Filter) throws -> ConnectionDescription? {
        do {
            let description = try core.acts.describe(id, for: actor)
            guard let method = filter.method else { return description }
            if let path = filter.path {
                var arguments = ToolArguments(["method": .string(method), "path": .string(path)])
                let request = arguments.act()
                try arguments.finish()
                _ = try core.acts.plan(request, through: id, by: actor)
                return description
            }
            let isWithinToken = actor.principal.actToken?.limits.methods?.contains(method) ?? true
            let rules = RuleWords(description, for: actor.principal)
            return isWithinToken && rules.mayAllow(method) ? description : nil
        } catch let error as ActError {
            // It is refused, restricted, or gone since the list was read; anything else is the server's own trouble.
            if case .other(let cause) = error.cause, !(cause is AccessError) { throw error }
            return nil
        }
    }

    /// Whether a connection is one of those that are asked for by name and integration.
    private func matches(_ description: ConnectionDescription, _ filter: Filter) -> Bool {
        let hasName = filter.query.map { description.name.lowercased().contains($0.lowercased()) } ?? true
        return hasName && filter.integration.map { $0 == description.integrationType } ?? true
    }

    private static let unknownCursor = ToolArguments.Invalid(
        problems: ["cursor must be next_cursor of the page before, as it is"]
    )
}

extension ToolResult {
    fileprivate static func list(_ connections: [JSONValue], next: String?) -> ToolResult {
        var members = [JSONValue.Member("connections", .array(connections))]
        if let next { members.append(.init("next_cursor", .string(next))) }
        return ToolResult(.object(members))
    }
}
