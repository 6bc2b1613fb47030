import Documents
import Egress
package import LinkRewriting
import NetworkTypes
package import Secrets

/// A request as it will be sent, without the secrets in it: what rules and dry runs look at.
///
/// An object, since it is handed from stage to stage of its act.
package final class PlannedAct: Sendable {
    package let method: String
    /// Scheme, host and port.
    package let origin: String
    /// The path with what stands before it in the base URL, byte for byte as it will be sent.
    package let path: String
    /// The part of it that the caller chose, below the base URL; AWS' and Google Cloud's with service and region.
    package let pathBelowBase: String
    /// The addresses that other requests through the connection can reach.
    package let scope: LinkScope
    /// The caller's query byte for byte, without the parameters that authentication sets.
    package let query: String?
    /// The part of the response that the caller asks for; a wider one is asked of the third party.
    package let range: RequestedRange?
    /// The content codings that the third party is asked for, a header's value that nothing signs: proxies change it.
    package let acceptedCodings: String
    let connection: Connection
    let target: PlannedText
    let headers: [PlannedHeader]
    let body: PlannedBody
    /// The text that stands for the body in AWS' signatures, where it is not its digest.
    let payload: String?
    let exchange: TokenExchange?
    let timeout: ResponseTimeout?
    /// The caller's headers of a trace; `nil` where they are not passed on.
    let traceHeaders: TraceHeaders?

    /// The connection whose tokens are used.
    struct Connection: Sendable, Hashable {
        let organization: Identifier
        let id: Identifier
        let revision: Int64
    }

    init(_ draft: ActDraft, of connection: ActConnection) {
        timeout = connection.timeout
        // A connection may have such a header of its own.
        let passesTraceContext =
            connection.passesTraceContext && !draft.headers.contains { TraceHeaders.names.contains($0.folded.text) }
        traceHeaders = passesTraceContext ? draft.traceHeaders : nil
        method = draft.method
        origin = draft.origin
        path = draft.path
        pathBelowBase = draft.pathBelowBase
        scope = draft.scope
        query = draft.callerQuery
        range = draft.range
        acceptedCodings = draft.acceptedCodings
        target = draft.target
        headers = draft.headers
        body = draft.body
        payload = draft.payload
        exchange = draft.exchange
        self.connection = Connection(
            organization: connection.organization,
            id: connection.id,
            revision: connection.revision
        )
    }
}

extension PlannedAct {
    /// The request in full, with a mask in the place of each secret.
    package var masked: MaskedRequest { MaskedRequest(self) }

    /// The addresses of the stored secrets that it needs.
    package var neededSecrets: [String] {
        var all = target.addresses + headers.flatMap(\.value.addresses)
        if case .configured(let text) = body { all += text.addresses }
        if let address = exchange?.secretAddress { all.append(address) }
        var addresses: [String] = []
        for address in all where !addresses.contains(address) { addresses.append(address) }
        return addresses
    }

    /// Whether the body is sent while it comes, so that nobody looks at it first.
    package var isBodyStreamed: Bool {
        if case .streamed = body { true } else { false }
    }

    /// The request in full as ``masked``, with what is added when it is sent.
    ///
    /// - Parameter userAgent: `User-Agent` of requests that have none of their own.
    /// - Returns: What a dry run shows.
    package func maskedAsSent(userAgent: String) -> MaskedRequest {
        var request = masked
        if !request.headers.contains(where: { $0.folded.text == "user-agent" }) {
            request.headers.append(FoldedHeader(name: "User-Agent", value: userAgent))
        }
        request.headers.append(FoldedHeader(name: "Accept-Encoding", value: acceptedCodings))
        request.headers += traceHeaders?.passedOn(as: nil) ?? []
        return request
    }

    /// The body as it will be sent, without the secrets in it.
    package var maskedBody: SecretBuffer {
        switch body {
        case .none, .streamed: SecretBuffer(count: 0) { _ in }
        case .caller(let buffer): buffer
        case .configured(let text): Array(text.masked.utf8).withUnsafeBytes { SecretBuffer(copying: $0) }
        }
    }
}

/// A request with a mask in the place of each secret.
package struct MaskedRequest: Sendable, Equatable {
    package let method: String
    package let url: String
    package fileprivate(set) var headers: [FoldedHeader]
    /// The body that the connection itself brings, if it does; `nil` stands for the caller's.
    package let body: String?

    init(_ act: PlannedAct) {
        method = act.method
        url = act.origin + act.target.masked
        headers =
            act.headers.map { FoldedHeader(HeaderField(name: $0.name, value: $0.value.masked), folded: $0.folded) }
            + (act.exchange?.maskedHeaders ?? [])
            + (act.range.map { [FoldedHeader(name: $0.header, value: $0.text)] } ?? [])
        if case .configured(let text) = act.body { body = text.masked } else { body = nil }
    }
}

struct PlannedHeader: Sendable {
    let name: String
    let folded: HeaderName
    let value: PlannedText
    /// The value's bytes where they are not UTF-8; it holds no secret then.
    var rawValue: [UInt8]?
}

enum PlannedBody: Sendable {
    case none
    case caller(SecretBuffer)
    /// The caller's, which is sent while it comes.
    case streamed(any UploadSource)
    case configured(PlannedText)
}
