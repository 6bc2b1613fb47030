import Documents
import HTTPServer
import NetworkTypes

/// The address under which callers reach this server, which links that lead through it begin with.
///
/// It is what the operator says, or else the request's `Host`, if the server really listens there. Headers that tell of
/// a proxy in front are not looked at: any sender can set them.
enum PublicAddress {
    /// - Parameters:
    ///   - configured: The URL that the operator gave, without a final slash.
    ///   - request: A request that came in.
    /// - Returns: `nil` if the request doesn't tell.
    static func url(configured: String?, request: any ServiceRequest) -> String? {
        if let configured { return configured }
        guard let endpoint = request.localEndpoint, let host = request.header("Host") else { return nil }
        return url(host: host, at: endpoint)
    }

    /// Whether the `Host` of a request is the address that the operator gave, or names where the server listens if none
    /// was given.
    static func isNamed(by request: any ServiceRequest, configured: String?) -> Bool {
        guard let host = request.header("Host"), !host.utf8.contains(UInt8(ascii: "/")) else { return false }
        guard let configured else {
            return request.localEndpoint.flatMap { url(host: host, at: $0) } != nil
        }
        func origin(_ url: String) -> WebOrigin? {
            var url = url
            return url.withUTF8 { WebOrigin(parsing: $0) }
        }
        let scheme = configured.lowercased().hasPrefix("https:") ? "https" : "http"
        return origin(configured).map { $0 == origin("\(scheme)://\(host)") } ?? false
    }

    /// The URL of a `Host` that names the endpoint: by its address, or as `localhost` on this machine.
    static func url(host: String, at endpoint: LocalEndpoint) -> String? {
        let scheme = endpoint.isSecure ? "https" : "http"
        var url = "\(scheme)://\(host)"
        guard !host.utf8.contains(UInt8(ascii: "/")), let origin = url.withUTF8({ WebOrigin(parsing: $0) }) else {
            return nil
        }
        let authority = origin.text.dropFirst(scheme.count + 3)
        let name: Substring
        let port: Substring
        if authority.hasPrefix("[") {
            name = authority.dropFirst().prefix { $0 != "]" }
            port = authority[name.endIndex...].dropFirst().dropFirst()
        } else {
            name = authority.prefix { $0 != ":" }
            port = authority[name.endIndex...].dropFirst()
        }
        guard (port.isEmpty ? (endpoint.isSecure ? 443 : 80) : UInt16(port)) == endpoint.port else { return nil }
        let isOurs =
            name == "localhost" ? endpoint.address.isLoopback : IPAddress(String(name)) == endpoint.address
        return isOurs ? origin.text : nil
    }
}
