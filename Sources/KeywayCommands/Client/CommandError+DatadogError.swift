import DatadogClient

extension CommandError {
    /// Translates a failed operation, and says what to do next.
    ///
    /// - Parameters:
    ///   - error: The failure; none of its texts holds a secret of the request.
    ///   - server: The server's address.
    init(_ error: DatadogError, from server: String) {
        let problems = error.problems.isEmpty ? [error.details] : error.problems.map(\.description)
        let details = problems.filter { !$0.isEmpty }.map { "\n  " + $0 }.joined()
        let request = error.requestID.map { " (request \($0))" } ?? ""
        if let actError = error.actError, let own = CommandError(actError, details: request + details) {
            self = own
            return
        }
        switch error.code {
        case .notFound:
            self.init(.notFound, "\(server) has no such thing\(details)")
        case .forbidden:
            self.init(
                .forbidden,
                "\(server) refuses the keys\(request)\(details)",
                try: "keyway validate; connections need a registered application key: keyway app-keys register ID"
            )
        case .rateLimited(let wait):
            let seconds = wait.map { "\($0.components.seconds) s" } ?? "a while"
            self.init(.temporary, "\(server) has had too many requests", try: "again in \(seconds)")
        case .invalid:
            self.init(.data, "\(server) refuses this as invalid\(request)\(details)", try: "again, with that corrected")
        case .conflict:
            self.init(.data, "\(server) has such a thing already\(request)\(details)")
        case .server where error.status == 503:
            self.init(.temporary, "\(server) is not ready\(request)\(details)", try: "again in a while")
        case .server:
            self.init(
                .unavailable,
                "\(server) failed\(request)\(details)",
                try: "again; if that fails too, see the server's log"
            )
        case .redirect:
            self.init(
                .configuration,
                "\(server) sends elsewhere, and keys do not follow",
                try: "that address as --server"
            )
        case .transport:
            self.init(
                .unavailable,
                "there is no response from \(server)\(details)",
                try: server.hasPrefix("https")
                    ? "curl -v \(server)/healthz, which shows whether this machine trusts its certificate"
                    : "keyway serve, if it is to run here; --server URL, if it is elsewhere"
            )
        case .decoding:
            self.init(
                .protocol,
                "the response of \(server) is not this API's\(details)",
                try: "another address as --server"
            )
        case .configuration:
            self.init(.configuration, "nothing was sent\(details)")
        }
    }
}
