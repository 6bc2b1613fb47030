import Access
import Documents
import HTTPServer
import NetworkTypes

/// The log line of one request: its route's template, never its path, query or body.
struct RequestLine {
    let requestID: String
    let remoteAddress: IPAddress
    let principal: Principal?
    let status: Int
    let nanoseconds: UInt64

    /// The line, with its line break.
    ///
    /// - Parameter route: `"method":…,"route":…` of the endpoint, written once for all its requests.
    /// - Returns: JSON as UTF-8.
    func bytes(route: [UInt8]) -> [UInt8] {
        var line = JSONWriter(capacity: 384)
        line.write(raw: "{\"time\":")
        line.write(Timestamp.now)
        line.write(raw: ",\"level\":\"info\",\"event\":\"request\",\"request_id\":")
        line.write(requestID)
        line.write(raw: ",")
        line.write(raw: route)
        line.write(raw: ",\"status\":")
        line.write(Int64(status))
        line.write(raw: ",\"duration_us\":")
        line.write(Int64(nanoseconds / 1000))
        line.write(raw: ",\"remote\":")
        line.write(remoteAddress.description)
        if let principal {
            line.write(raw: ",\"organization_id\":")
            line.write(principal.organization)
            switch principal.proof {
            case .keys(_, let application):
                line.write(raw: ",\"application_key_id\":")
                line.write(application)
            case .accessToken(let token):
                line.write(raw: ",\"access_token_id\":")
                line.write(token)
            }
            if let token = principal.actToken {
                line.write(raw: ",\"act_token_id\":")
                line.write(token.id)
            }
        }
        line.write(raw: "}\n")
        return line.bytes
    }

    /// The argument of ``bytes(route:)`` for an endpoint.
    static func route(of endpoint: Endpoint) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(raw: "\"method\":")
        writer.write(.string(endpoint.methodName))
        writer.write(raw: ",\"route\":")
        writer.write(.string(endpoint.path))
        return writer.bytes
    }

    /// The argument of ``bytes(route:)`` where there is no endpoint.
    static let noRoute = Array("\"route\":null".utf8)
}
