import Documents
import LinkRewriting
import Secrets

/// A request that is being planned.
struct ActDraft {
    let method: String
    var origin: String
    var path: String
    var pathBelowBase: String
    /// The addresses that other requests through the connection can reach.
    var scope: LinkScope
    var query: RequestQuery
    var addedQuery: [PlannedText] = []
    private(set) var headers: [PlannedHeader]
    var body: PlannedBody
    /// The text that stands for the body in AWS' signatures, where it is not its digest.
    var payload: String?
    var exchange: TokenExchange?
    /// The part of the response that the caller asks for.
    let range: RequestedRange?
    private let callerHeaders: [FoldedHeader]
    var traceHeaders: TraceHeaders { TraceHeaders(of: callerHeaders) }
    /// Whether the caller takes a body that is coded by gzip.
    var callerTakesGzip: Bool { AcceptedCodings.includeGzip(callerHeaders) }
    /// The codings that the third party is asked for: ``AcceptedCodings``.
    var acceptedCodings = AcceptedCodings.none

    /// The caller's part of a request.
    init(_ request: ActRequest) throws(ActRefusal) {
        method = try Self.checked(method: request.method)
        origin = ""
        path = try RequestPath(request.path).text
        pathBelowBase = path
        scope = .base(origin: "", path: "", prefix: "")
        query = try RequestQuery(request.query)
        callerHeaders = request.headers
        headers = try FoldedHeader.forwarded(callerHeaders)
        range = RequestedRange(method: request.method, headers: callerHeaders)
        if let upload = request.upload {
            body = .streamed(upload)
        } else {
            body = request.body.count == 0 ? .none : .caller(request.body)
        }
    }

    private static func checked(method: String) throws(ActRefusal) -> String {
        let isWord = (1...32).contains(method.utf8.count) && method.utf8.allSatisfy { $0.isASCIILetter || $0 == 0x2D }
        guard isWord, !["CONNECT", "TRACE", "TRACK"].contains(method.uppercased()) else {
            throw ActRefusal(
                .methodNotAllowed,
                "the method must be a word such as GET or POST, and no CONNECT or TRACE"
            )
        }
        return method
    }

    func has(header name: HeaderName) -> Bool {
        headers.contains { $0.folded == name }
    }

    /// Takes out every header that may be taken for that one.
    mutating func remove(header name: HeaderName) {
        headers.removeAll { $0.folded == name }
    }

    mutating func append(_ header: PlannedHeader) {
        headers.append(header)
    }

    /// Puts a header in the place of all that may be taken for it.
    mutating func set(_ header: PlannedHeader) {
        remove(header: header.folded)
        headers.append(header)
    }

    mutating func set(header name: String, _ value: PlannedText) {
        set(PlannedHeader(name: name, value))
    }

    var callerQuery: String? {
        query.parameters.isEmpty ? nil : query.parameters.joined(separator: "&")
    }

    /// Path and query.
    var target: PlannedText {
        if query.parameters.isEmpty, addedQuery.isEmpty { return PlannedText(path) }
        var parts: [PlannedText.Part] = [.text(path)]
        var separator = "?"
        for parameter in query.parameters.map(PlannedText.init) + addedQuery {
            parts.append(.text(separator))
            parts += parameter.parts
            separator = "&"
        }
        return PlannedText(parts)
    }
}
