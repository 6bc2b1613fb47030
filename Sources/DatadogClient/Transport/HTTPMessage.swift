import Foundation

/// A request as it stands on the wire (RFC 9112).
struct HTTPMessage: Sendable {
    let bytes: [UInt8]
    let timeout: Duration
    let method: String
    /// Whether a server that saw it twice would do no harm.
    let isRepeatable: Bool

    /// - Throws: If a part of the request would end its line.
    init(_ request: TransportRequest, to address: HTTPAddress) throws(TransportError) {
        let components = URLComponents(url: request.url, resolvingAgainstBaseURL: false)
        var target = components?.percentEncodedPath ?? ""
        if target.isEmpty { target = "/" }
        if let query = components?.percentEncodedQuery { target += "?\(query)" }

        var lines = ["\(request.method) \(target) HTTP/1.1", "Host: \(address.header)"]
        lines += request.headers.map { "\($0.name): \($0.value)" }
        // As every client sends it, except methods whose requests have no body by nature.
        if request.body != nil || !["GET", "HEAD", "DELETE"].contains(request.method) {
            lines.append("Content-Length: \(request.body?.count ?? 0)")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024 + (request.body?.count ?? 0))
        for line in lines {
            guard line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                throw TransportError(.other, "the request has a control character in a header")
            }
            bytes.append(contentsOf: line.utf8)
            bytes.append(contentsOf: [0x0d, 0x0a])
        }
        bytes.append(contentsOf: [0x0d, 0x0a])
        if let body = request.body { bytes.append(contentsOf: body) }
        self.bytes = bytes
        timeout = request.timeout
        method = request.method
        isRepeatable = request.isRepeatable
    }
}
