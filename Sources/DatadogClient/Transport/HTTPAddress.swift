import Foundation

/// Where a plain HTTP server listens.
struct HTTPAddress: Hashable, Sendable {
    let host: String
    let port: Int

    /// - Throws: If the URL is not one of plain HTTP.
    init(_ url: URL) throws(TransportError) {
        guard url.scheme?.lowercased() == "http", var host = url.host, !host.isEmpty else {
            throw TransportError(.other, "this transport speaks plain HTTP alone")
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.host = host
        port = url.port ?? 80
    }

    /// The value of the header `Host`.
    var header: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == 80 ? name : "\(name):\(port)"
    }
}
