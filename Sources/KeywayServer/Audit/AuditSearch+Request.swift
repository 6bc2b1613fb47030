import Access
import Documents
import HTTPServer

// The two ways to ask: a query, or a body.
extension AuditSearch {
    init(parameters query: QueryItems, in organization: Identifier) throws {
        var texts = Texts()
        texts.query = try query.only("filter[query]")
        texts.from = try query.only("filter[from]")
        texts.to = try query.only("filter[to]")
        texts.sort = try query.only("sort")
        texts.cursor = try query.only("page[cursor]")
        texts.limit = try query.integer("page[limit]", in: 1...Self.limitAtMost)
        let places = Places(
            query: .parameter("filter[query]"),
            from: .parameter("filter[from]"),
            to: .parameter("filter[to]"),
            sort: .parameter("sort"),
            cursor: .parameter("page[cursor]"),
            limit: .parameter("page[limit]")
        )
        try self.init(texts, at: places, in: organization)
    }

    /// The body of the reference's `AuditLogsSearchEventsRequest`, whose times are the last 15 minutes unless it says
    /// otherwise.
    init(body: JSONValue, in organization: Identifier) throws {
        let body = try SearchBody(body, at: "", members: ["filter", "options", "page", "sort"])
        let filter = try body.object("filter", members: ["query", "from", "to"])
        let page = try body.object("page", members: ["cursor", "limit"])
        let options = try body.object("options", members: ["timezone", "time_offset"])
        // Neither changes anything: times have their offsets, and nothing is rounded to days.
        _ = try options.text("timezone")
        guard try options.integer("time_offset") ?? 0 == 0 else {
            throw options.refusal("time_offset", "must be 0 or left out: give times with their offsets instead")
        }
        var texts = Texts()
        texts.query = try filter.text("query")
        texts.from = try filter.text("from") ?? "now-15m"
        texts.to = try filter.text("to") ?? "now"
        texts.sort = try body.text("sort")
        texts.cursor = try page.text("cursor")
        texts.limit = try page.integer("limit")
        let places = Places(
            query: .pointer("/filter/query"),
            from: .pointer("/filter/from"),
            to: .pointer("/filter/to"),
            sort: .pointer("/sort"),
            cursor: .pointer("/page/cursor"),
            limit: .pointer("/page/limit")
        )
        try self.init(texts, at: places, in: organization)
    }
}

/// An object in the body of a search, which has no members but those that it may have.
private struct SearchBody {
    private let value: JSONValue
    private let pointer: String

    init(_ value: JSONValue, at pointer: String, members: [String]) throws {
        self.value = value
        self.pointer = pointer
        guard case .object(let all) = value else {
            throw APIError(400, "\(pointer.isEmpty ? "The body" : pointer) must be an object.", at: .pointer(pointer))
        }
        guard all.allSatisfy({ member in members.contains { member.name == $0 } }) else {
            let place = pointer.isEmpty ? "The body" : pointer
            throw APIError(
                400,
                "\(place) has a member that is not known here: it may have \(members.joined(separator: ", ")).",
                at: .pointer(pointer)
            )
        }
    }

    func object(_ name: String, members: [String]) throws -> SearchBody {
        try SearchBody(value[name] ?? .object([]), at: "\(pointer)/\(name)", members: members)
    }

    func text(_ name: String) throws -> String? {
        guard let value = value[name] else { return nil }
        guard let text = value.text else { throw refusal(name, "must be a string") }
        return text.string
    }

    func integer(_ name: String) throws -> Int? {
        guard let value = value[name] else { return nil }
        guard case .integer(let number) = value, let number = Int(exactly: number) else {
            throw refusal(name, "must be a whole number")
        }
        return number
    }

    func refusal(_ name: String, _ rule: String) -> APIError {
        APIError(400, "\(pointer)/\(name) \(rule).", at: .pointer("\(pointer)/\(name)"))
    }
}
