import Documents
import HTTPServer
import NetworkTypes

/// A response that is an error, before it is written in the family of its endpoint.
///
/// No text of it quotes a value of the request: a secret may stand there.
struct APIError: Error {
    /// One thing that is wrong, and where.
    struct Issue {
        enum Source {
            case pointer(String)
            case parameter(String)
            case header(String)
        }

        let detail: String
        var source: Source?
    }

    let status: Int
    let issues: [Issue]
    var headers: [HeaderField] = []
    /// The code of an error of a token endpoint, unless its status decides it.
    var code: OAuthErrorCode?

    init(_ status: Int, _ issues: [Issue]) {
        self.status = status
        self.issues = issues
    }

    init(_ status: Int, _ detail: String, at source: Issue.Source? = nil) {
        self.init(status, [Issue(detail: detail, source: source)])
    }
}

extension APIError {
    /// The store refused a create: an id was issued twice, by a server whose clock was wrong, or a master key was
    /// forgotten while secrets were sealed under it.
    static let refusedIssue = APIError(
        500,
        "The store refused what the server issued. Nothing was stored; send the request again."
    )

    /// More lists and searches of one key wait than the server lets wait.
    static let tooManyReads: APIError = .waiting(
        "Too many lists and searches of this key wait already. Wait Retry-After seconds, and send fewer at once."
    )

    /// The responses of one key that are not read yet take more memory than is its part.
    static let tooMuchUnread: APIError = .waiting(
        "Responses to this key that are still being sent take too much memory. Read them, wait Retry-After seconds, and "
            + "ask for smaller pages or for fewer at once."
    )

    /// More keys wait to be looked up than the server lets wait.
    static let tooManyLookups: APIError = .waiting(
        "Too many requests wait until their keys are looked up. Wait Retry-After seconds.",
        status: 503
    )

    /// The hardware that has the master key does not answer, so nothing is sealed or opened.
    static let masterKeyUnavailable: APIError = .waiting(masterKeyIsUnavailable, status: 503)
    static let masterKeyIsUnavailable = "The server's master key can't be used at present. Wait Retry-After seconds."

    private static func waiting(_ detail: String, status: Int = 429) -> APIError {
        APIError(status, detail).waiting(seconds: 1)
    }

    /// The error with the time after which the request may fare better.
    func waiting(seconds: Int) -> APIError {
        var error = self
        error.headers.append(.init(name: "Retry-After", value: String(seconds)))
        return error
    }
}

/// The shapes of error bodies: the two of the reference, that of token endpoints, and that of clouds' own tools.
enum ErrorFamily: Sendable, Equatable {
    /// JSON:API objects: connections, registrations, and whatever has no endpoint.
    case objects
    /// An array of strings: keys, users, AWS accounts. The media type is that of the endpoint's other responses.
    case strings(MediaType)
    /// An object with `error` and `error_description` (RFC 6749, section 5.2).
    case oauth
    /// An object with the members that tools of AWS and of Azure look for.
    case tools
    /// An error of JSON-RPC 2.0 without a request's id: MCP's clients show nothing else.
    case jsonRPC

    /// The family of what has no endpoint.
    static func ofNoEndpoint(at path: String) -> ErrorFamily { AgentEndpoints.isTheirs(path) ? .jsonRPC : .objects }

    /// Makes a response the one to a request whose credential is missing or wrong.
    func markUnauthenticated(_ response: inout Response) {
        // A status that MCP's clients take for what it is.
        guard self == .jsonRPC else { return }
        response.status = 401
        response.headers.append(.init(name: "WWW-Authenticate", value: "Bearer"))
    }

    /// - Parameters:
    ///   - error: The error.
    ///   - members: Members of the body beside `errors`.
    /// - Returns: The response.
    func response(to error: APIError, adding members: [JSONValue.Member] = []) -> Response {
        let body: [JSONValue.Member] =
            switch self {
            case .objects: [.init("errors", .array(error.issues.map { $0.object(status: error.status) }))]
            case .strings: [.init("errors", .array(error.issues.map { .string($0.detail) }))]
            case .oauth:
                [
                    .init("error", .string((error.code ?? OAuthErrorCode(status: error.status)).rawValue)),
                    .init("error_description", .string(error.text)),
                ]
            case .tools:
                [
                    .init("code", "KeywayRefusal"), .init("statusCode", .integer(Int64(error.status))),
                    .init("message", .string(error.text)),
                ]
            case .jsonRPC:
                [
                    .init("jsonrpc", "2.0"), .init("id", .null),
                    .init(
                        "error",
                        [
                            "code": .integer(Self.refusedByTheServer),
                            "message": .string(error.text),
                        ]
                    ),
                ]
            }
        var response = Response(mediaType, status: error.status, JSONWriter.bytes(of: .object(body + members)))
        response.headers += error.headers
        return response
    }
}

extension ErrorFamily {
    /// JSON-RPC's code for errors of a server's own.
    private static let refusedByTheServer: Int64 = -32_000

    /// The media type of the family's errors.
    var mediaType: MediaType {
        switch self {
        case .objects: .jsonAPI
        case .strings(let mediaType): mediaType
        case .oauth, .tools, .jsonRPC: .json
        }
    }
}

extension APIError {
    /// All that is wrong, in one text.
    fileprivate var text: String { issues.map(\.detail).joined(separator: " ") }
}

extension APIError.Issue {
    fileprivate func object(status: Int) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("status", .string(String(status))),
            .init("title", .string(StatusTitle.of(status))),
            .init("detail", .string(detail)),
        ]
        switch source {
        case .pointer(let pointer): members.append(.init("source", ["pointer": .string(pointer)]))
        case .parameter(let name): members.append(.init("source", ["parameter": .string(name)]))
        case .header(let name): members.append(.init("source", ["header": .string(name)]))
        case nil: break
        }
        return .object(members)
    }
}

/// The reason phrases of RFC 9110 for the statuses that we send.
enum StatusTitle {
    static func of(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 424: "Failed Dependency"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Internal Server Error"
        }
    }
}
