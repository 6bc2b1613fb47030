import HTTPServer
import NetworkTypes

/// Addresses of this machine alone.
enum LoopbackAddress {
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || IPAddress(host)?.isLoopback == true
    }
}
