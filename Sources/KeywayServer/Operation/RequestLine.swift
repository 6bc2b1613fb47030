import Access
import Documents
import HTTPServer

/// The log line of one request: its route's template, never its path, query or body.
struct RequestLine {
    let requestID: String
    let remoteAddress: RemoteAddress
    let principal: Principal?
    let status: Int
    let nanoseconds: UInt64

    /// The line, with its line break.
    ///
    /// - Parameter route: `"method":…,"route":…` of the endpoint, written once for all its requests.
    /// - Returns: JSON as UTF-8.
    func bytes(route: [UInt8]) -> [UInt8] {
        var line = JSONWriter(capacity: 384)
        line.write(raw: "{\"time\":\"")
        line.write(raw: Array(Timestamp.now.description.utf8))
        line.write(raw: "\",\"level\":\"info\",\"event\":\"request\",\"request_id\":\"")
        line.write(raw: Array(requestID.utf8))
        line.write(raw: "\",")
        line.write(raw: route)
        line.write(raw: ",\"status\":")
        line.write(.integer(Int64(status)))
        line.write(raw: ",\"duration_us\":")
        line.write(.integer(Int64(nanoseconds / 1000)))
        line.write(raw: ",\"remote\":\"")
        line.write(raw: Array(remoteAddress.description.utf8))
        if let principal {
            line.write(raw: "\",\"organization_id\":\"")
            line.write(raw: Array(principal.organization.description.utf8))
            line.write(raw: "\",\"application_key_id\":\"")
            line.write(raw: Array(principal.applicationKey.description.utf8))
        }
        line.write(raw: "\"}\n")
        return line.bytes
    }

    /// What ``bytes(route:)`` takes for an endpoint.
    static func route(of endpoint: Endpoint) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(raw: "\"method\":")
        writer.write(.string(endpoint.methodName))
        writer.write(raw: ",\"route\":")
        writer.write(.string(endpoint.path))
        return writer.bytes
    }

    /// What ``bytes(route:)`` takes where there is no endpoint.
    static let noRoute = Array("\"route\":null".utf8)
}
