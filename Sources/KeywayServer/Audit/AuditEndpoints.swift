import Access
import Documents
import HTTPServer
import Secrets
import Storage
import Threads

/// The audit log of the organisation: searched as in Datadog's Audit API, whole as it is stored, and its signed head.
struct AuditEndpoints: Sendable {
    let store: any AuditStore & AccessStore
    let heads: AuditHeads
    /// How long a search may take before it returns what it has, and how long it goes on before others have a
    /// turn.
    private static let timeLimit = Duration.seconds(5)
    private static let slice = Duration.milliseconds(50)

    private static let events = "/api/v2/audit/events"
    private static let lines = (standard: 1000, atMost: 5000)

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Audit",
            at: "/api/v2/audit",
            errors: .strings(.json),
            guarding: .principal(anyOf: [.auditLogsRead], registered: false)
        )
        return [
            group.endpoint(
                .get,
                "/events",
                "ListAuditLogs",
                "Search the audit log, the newest events first",
                query: .listAuditLogs,
                responses: [
                    .ok("A page of events", "AuditEvents"), .error(400, "A part of the search is not valid"),
                ],
                .slicedSearch(list)
            ),
            group.endpoint(
                .post,
                "/events/search",
                "SearchAuditLogs",
                "Search the audit log; the last 15 minutes unless the body says otherwise",
                request: "AuditSearch",
                responses: [
                    .ok("A page of events", "AuditEvents"), .error(400, "A part of the search is not valid"),
                ],
                .slicedSearch(search)
            ),
            group.endpoint(
                .get,
                "/head",
                "GetAuditHead",
                "Get the signed head of the audit log",
                responses: [.ok("The head, in one line", "AuditHead")],
                .change(head)
            ),
            group.endpoint(
                .get,
                "/log",
                "ExportAuditLog",
                "Get a part of the audit log as it is stored, a line for each event, for keyway audit verify",
                query: .exportAuditLog,
                responses: [DescribedResponse(200, "The lines; none if there are no more", .text(.jsonLines))],
                .search(export)
            ),
        ]
    }

    // MARK: Searching

    private func list(_ call: Call) throws -> SlicedSearch {
        searching(try AuditSearch(parameters: try call.query(), in: call.principal.organization), call)
    }

    private func search(_ call: Call) throws -> SlicedSearch {
        // The reference's clients may leave the body out.
        let body = call.request.body.count == 0 ? .object([]) : try call.json()
        return searching(try AuditSearch(body: body, in: call.principal.organization), call)
    }

    private func searching(_ search: AuditSearch, _ call: Call) -> SlicedSearch {
        var scan = AuditScan(store, in: call.principal.organization, for: search)
        let start = ContinuousClock.now
        return SlicedSearch {
            try scan.goOn(for: Self.slice)
            if ContinuousClock.now - start >= Self.timeLimit { scan.breakOff() }
            return scan.isOver ? Self.response(to: search, scan, call) : nil
        }
    }

    private static func response(to search: AuditSearch, _ scan: AuditScan, _ call: Call) -> Response {
        let cursor = scan.end.map(search.cursor)
        var meta: [JSONValue.Member] = [
            .init("elapsed", .integer(Int64((MonotonicClock.now() - call.request.startedAt) / 1_000_000))),
            .init("request_id", .string(call.requestID)),
            .init("status", scan.isTimedOut ? "timeout" : "done"),
        ]
        if let cursor { meta.append(.init("page", ["after": .string(cursor)])) }
        if scan.isTimedOut { meta.append(.init("warnings", [Self.timeoutWarning])) }
        var members: [JSONValue.Member] = [.init("data", .array(scan.events.map(\.json)))]
        if let cursor { members.append(.init("links", ["next": .string(search.link(to: cursor))])) }
        return Response(.json, JSONWriter.bytes(of: .object(members + [.init("meta", .object(meta))])))
    }

    private static let timeoutWarning: JSONValue = [
        "code": "timeout",
        "title": "Not all events were looked at",
        "detail":
            "There may be more: go on from meta.page.after, or narrow the search with filter[from] and filter[to].",
    ]

    // MARK: The chain

    private func head(_ call: Call) async throws -> Response {
        let head = try await heads.head(of: call.principal.organization)
        return Response(.json, JSONWriter.bytes(of: head.json) + [UInt8(ascii: "\n")])
    }

    private func export(_ call: Call) throws -> Response {
        let query = try call.query()
        let lines = try store.auditLines(
            in: call.principal.organization,
            after: Int64(try query.integer("after", in: 0...9_999_999_999) ?? 0),
            atMost: try query.integer("limit", in: 1...Self.lines.atMost) ?? Self.lines.standard
        )
        var body: [UInt8] = []
        body.reserveCapacity(lines.reduce(0) { $0 + $1.bytes.count + 1 })
        for line in lines {
            body += line.bytes
            body.append(UInt8(ascii: "\n"))
        }
        return Response(.jsonLines, body)
    }
}

extension AuditSearch {
    /// The next page as a GET, relative to the server.
    fileprivate func link(to cursor: String) -> String {
        let items = [
            ("filter[query]", texts.query), ("filter[from]", texts.from), ("filter[to]", texts.to),
            ("sort", texts.sort),
            ("page[limit]", String(limit)), ("page[cursor]", cursor),
        ]
        let query = items.compactMap { name, value in value.map { "\(name.queryEscaped)=\($0.queryEscaped)" } }
        return "/api/v2/audit/events?\(query.joined(separator: "&"))"
    }
}

extension String {
    /// The text with all but unreserved characters escaped (RFC 3986, section 2.3).
    fileprivate var queryEscaped: String {
        utf8.map { byte in
            byte.isASCIILetter || byte.isASCIIDigit || "-._~".utf8.contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

extension [QueryParameter] {
    fileprivate static let listAuditLogs: [QueryParameter] =
        .text("filter[query]", "The query. \(AuditQueryParser.supported)")
        + .text("filter[from]", "No event before: \(SearchTime.forms)")
        + .text("filter[to]", "No event after, as filter[from]") + [
            QueryParameter(
                name: "sort",
                summary: "timestamp for the oldest events first",
                schema: ["type": "string", "enum": ["timestamp", "-timestamp"], "default": "-timestamp"]
            ),
            QueryParameter(
                name: "page[limit]",
                summary: "The number of events on a page",
                schema: [
                    "type": "integer", "minimum": 1, "maximum": .integer(Int64(AuditSearch.limitAtMost)),
                    "default": 10,
                ]
            ),
        ] + .text("page[cursor]", "meta.page.after of the page before")

    fileprivate static let exportAuditLog: [QueryParameter] = [
        QueryParameter(
            name: "after",
            summary: "The sequence of the event before the first one",
            schema: ["type": "integer", "minimum": 0, "maximum": 9_999_999_999, "default": 0]
        ),
        QueryParameter(
            name: "limit",
            summary: "The most lines that are returned",
            schema: ["type": "integer", "minimum": 1, "maximum": 5000, "default": 1000]
        ),
    ]
}
