import HTTPServer

/// Addresses of this machine alone.
enum LoopbackAddress {
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || RemoteAddress(host)?.isLoopback == true
    }
}
