/// Why an operation failed.
///
/// No text of it holds a key or a secret of the request: what the server quotes of them is blacked out.
public struct DatadogError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. Later versions may have more: switch with a `default`.
    public enum Code: Sendable, Hashable {
        /// There is no such thing, or it is another organisation's (404).
        case notFound
        /// The keys are wrong, or lack a permission or a registration (401, 403).
        case forbidden
        /// Too many requests (429); how long to wait, if the server says.
        case rateLimited(retryAfter: Duration?)
        /// The request is invalid (any other 4xx), with the server's explanation.
        case invalid([Problem])
        /// There is such a thing already (409).
        case conflict
        /// The server failed (5xx).
        case server
        /// The server sends elsewhere (3xx), which is not followed: the keys would travel along.
        case redirect
        /// There was no response: not resolved, refused, lost, timed out.
        case transport
        /// The response is not what the API documents.
        case decoding
        /// The configuration can't be used, and nothing was sent.
        case configuration
    }

    /// The kind of failure.
    public let code: Code
    /// The HTTP status; `nil` if there was no response.
    public let status: Int?
    /// The server's message, or what else is known, in one line.
    public let details: String
    /// The server's errors, one entry each.
    public let problems: [Problem]
    /// The server's name for the request, for its operator (`X-Request-Id`).
    public let requestID: String?
    /// The reason why Keyway did not pass on a third party's response to an act or a test (`Keyway-Error`).
    public let actError: ActErrorCode?

    init(
        _ code: Code,
        status: Int? = nil,
        details: String,
        problems: [Problem] = [],
        requestID: String? = nil,
        actError: ActErrorCode? = nil
    ) {
        self.code = code
        self.status = status
        self.details = details
        self.problems = problems
        self.requestID = requestID
        self.actError = actError
    }

    /// One line for people and logs.
    public var description: String {
        let name =
            switch code {
            case .notFound: "not found"
            case .forbidden: "forbidden"
            case .rateLimited(nil): "rate limited"
            case .rateLimited(let wait?): "rate limited, retry after \(wait.components.seconds) s"
            case .invalid: "invalid request"
            case .conflict: "conflict"
            case .server: "server failure"
            case .redirect: "redirect"
            case .transport: "no response"
            case .decoding: "unexpected response"
            case .configuration: "unusable configuration"
            }
        let marks = [status.map { "status \($0)" }, actError?.rawValue, requestID.map { "request \($0)" }].compactMap {
            $0
        }
        let place = marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"
        return name + place + (details.isEmpty ? "" : ": \(details)")
    }
}
