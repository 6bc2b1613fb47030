import Documents
import LinkRewriting
import Secrets

/// A request that is being planned.
struct ActDraft {
    let method: String
    var origin: String
    var path: String
    var pathBelowBase: String
    /// What other requests through the connection can reach.
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
    let callerTakesGzip: Bool
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
        headers = try CallerHeader.forwarded(request.headers)
        range = RequestedRange(method: request.method, headers: request.headers)
        callerTakesGzip = AcceptedCodings.includeGzip(request.headers)
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

    func has(header name: String) -> Bool {
        let name = HeaderName(name)
        return headers.contains { $0.folded == name }
    }

    /// Takes out every header that may be taken for that one.
    mutating func remove(header name: String) {
        let name = HeaderName(name)
        headers.removeAll { $0.folded == name }
    }

    /// Puts a header in the place of all that may be taken for it.
    mutating func set(header name: String, _ value: PlannedText) {
        remove(header: name)
        headers.append(PlannedHeader(name: name, folded: HeaderName(name), value: value))
    }

    /// Puts a query parameter in the place of all that may be taken for it.
    mutating func set(query name: String, _ value: PlannedText) throws(ActRefusal) {
        try query.remove(name)
        addedQuery.append(PlannedText([.text(TextEscape.percent.escape(name) + "=")] + value.parts))
    }

    var callerQuery: String? {
        query.parameters.isEmpty ? nil : query.parameters.joined(separator: "&")
    }

    /// Path and query.
    var target: PlannedText {
        var parts: [PlannedText.Part] = [.text(path)]
        var separator = "?"
        for parameter in query.parameters.map(PlannedText.init) + addedQuery {
            parts.append(.text(separator))
            parts += parameter.parts
            separator = "&"
        }
        return PlannedText(parts)
    }

    var secretAddresses: [String] {
        var addresses = target.addresses + headers.flatMap(\.value.addresses)
        if case .configured(let text) = body { addresses += text.addresses }
        if let address = exchange?.secretAddress { addresses.append(address) }
        return addresses
    }
}
