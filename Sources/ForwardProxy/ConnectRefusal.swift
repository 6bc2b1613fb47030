/// The refusal of a CONNECT request. No tool shows the body of such a response, so that the phrase behind the status says
/// why.
package struct ConnectRefusal: Error, Sendable, Equatable {
    package let status: Int
    /// The cause for programs, which `Keyway-Error` has too.
    package let code: String
    /// The cause for people, in a line.
    package let reason: String

    package init(_ status: Int, _ code: String, _ reason: String) {
        self.status = status
        self.code = code
        self.reason = reason
    }

    static let malformed = ConnectRefusal(400, "bad_request", "The head of the CONNECT request is malformed")
    static let tooLong = ConnectRefusal(431, "bad_request", "The head of the CONNECT request is too long")
    static let address = ConnectRefusal(403, "host_not_bound", "Hosts are opened by name alone, and no IP address is")
    static let plaintext = ConnectRefusal(403, "plaintext_refused", "Only https:// goes through this proxy, by CONNECT")
    static let notForProxies = ConnectRefusal(400, "bad_request", "This is a proxy, and no server of its own")
    static let busy = ConnectRefusal(503, "unavailable", "Too many connections wait for an answer, try again later")

    /// A request without a credential, or with one that is not valid.
    package static func unauthenticated(_ reason: String) -> ConnectRefusal {
        ConnectRefusal(407, "proxy_authentication_required", reason)
    }

    /// The response, after which the connection ends.
    var bytes: [UInt8] {
        let reason = String(decoding: self.reason.utf8.map { (0x20..<0x7F).contains($0) ? $0 : 0x3F }, as: UTF8.self)
        var lines = ["HTTP/1.1 \(status) \(reason)"]
        if status == 407 { lines.append("Proxy-Authenticate: Basic realm=\"Keyway\", charset=\"UTF-8\"") }
        lines += [
            "Keyway-Error: \(code)", "Content-Type: text/plain; charset=utf-8",
            "Content-Length: \(reason.utf8.count + 2)", "Connection: close", "", reason + ".\n",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }
}
