import CCurl
import NetworkTypes
import Secrets

/// A request in the form that libcurl takes: C strings and its own list of header lines, all in one block of memory
/// that is zeroed in the end.
struct EncodedRequest: @unchecked Sendable {
    // Safe to share: the pointers lead into the block, which is kept here and never changes.
    private let block: SecretBuffer
    /// Scheme, host and port, and a path of `/`: what is really asked for is the target.
    let url: UnsafePointer<CChar>
    let method: UnsafePointer<CChar>
    let target: UnsafePointer<CChar>
    let headers: UnsafePointer<curl_slist>
    let body: SecretBuffer?
    let upload: (any UploadSource)?
    let isSecure: Bool
    let isHead: Bool
    let isIdempotent: Bool
    let timeout: ResponseTimeout?
    let isForPublicHosts: Bool
    let isBoundedInTime: Bool

    /// - Throws: Why the request cannot be sent: ``EgressError/malformedURL``, ``EgressError/plaintextNotAllowed`` or
    ///   ``EgressError/malformedHeader(name:)``.
    init(_ request: OutgoingRequest, allowsPlaintext: Bool) throws(EgressError) {
        let origin = try RequestOrigin(request.origin)
        guard origin.isSecure || allowsPlaintext else { throw .plaintextNotAllowed }
        guard request.target.withBytes({ HeaderSyntax.isTarget($0) }) else { throw .malformedURL }
        try Self.checkMethod(of: request)
        isHead = request.method == "HEAD"
        // Without a body these methods say so (RFC 9110, section 8.6); many servers insist.
        let saysLength = ["POST", "PUT", "PATCH"].contains(request.method)
        body = isHead ? nil : request.body ?? (saysLength ? SecretBuffer(count: 0) { _ in } : nil)
        upload = request.upload
        let unwanted = try Self.checkHeaders(of: request, hasBody: body != nil || upload != nil)

        var request = request
        if let host = request.host {
            guard HeaderSyntax.isHost(host) else { throw .malformedHeader(name: "Host") }
            request.headers.append(.init(name: "Host", text: host))
        }
        let written = RequestBlock(request, origin: origin, leavingOut: unwanted)
        block = written.memory
        url = written.url
        method = written.method
        target = written.target
        headers = written.headers
        isForPublicHosts = request.isForPublicHosts
        isBoundedInTime = request.isBoundedInTime
        isIdempotent = OutgoingRequest.isIdempotent(request.method)
        timeout = request.timeout
        isSecure = origin.isSecure
    }

    private static func checkMethod(of request: OutgoingRequest) throws(EgressError) {
        var method = request.method
        let isMethod = method.withUTF8 { HeaderSyntax.isToken(UnsafeRawBufferPointer($0)) }
        // CONNECT asks for a tunnel, not for a target, and libcurl sends no body with HEAD.
        guard
            isMethod, request.method != "CONNECT",
            request.method != "HEAD" || (request.body?.count ?? 0 == 0 && request.upload == nil)
        else { throw .malformedHeader(name: ":method") }
    }

    /// - Returns: The headers that libcurl would add of its own accord, which the request lacks.
    private static func checkHeaders(
        of request: OutgoingRequest,
        hasBody: Bool
    ) throws(EgressError) -> [StaticString] {
        // The latter two only where there is a body.
        var unwanted: [StaticString] = hasBody ? ["accept", "content-type", "expect"] : ["accept"]
        for header in request.headers {
            var name = header.name
            let isNamed = name.withUTF8 { name in
                unwanted.removeAll { HeaderSyntax.isSame(name, $0) }
                return HeaderSyntax.isToken(UnsafeRawBufferPointer(name))
            }
            // A name that is none is not repeated: it may be a value in the wrong place.
            guard isNamed else { throw .malformedHeader(name: "") }
            let isReserved = name.withUTF8 { HeaderSyntax.isReserved($0) }
            guard !isReserved, header.value.withBytes({ HeaderSyntax.isValue($0) }) else {
                throw .malformedHeader(name: header.name)
            }
        }
        return unwanted
    }
}
