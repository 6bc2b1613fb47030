public import Foundation

/// A request that Keyway sends to a third party, with a connection's credentials.
///
/// Path and query go out byte for byte as they are here: percent-encode what needs it. Headers and body may hold what
/// is nobody else's business: printing a request shows its method alone.
public struct ActRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The method, such as `POST`.
    public var method: String
    /// The path below the integration's base URL, percent-encoded, with the slash at its start: `/v1/models`.
    public var path: String
    /// The query, percent-encoded, without its question mark.
    public var query: String?
    /// The headers. Those of a name that stands twice are sent as one, with commas between their values.
    ///
    /// `Accept` is `*/*` unless it stands here, and `Content-Type` of a body `application/octet-stream`.
    public var headers: [(name: String, value: String)]
    /// The body, if there is one.
    public var body: Data?
    /// How long Keyway may be silent, instead of what the ``Configuration`` says.
    ///
    /// Keyway gives up on a third party after a minute, and may have to ask for a token first: who waits for less
    /// learns less of what became of an act.
    public var timeout = Duration.seconds(150)

    /// Puts a request together.
    ///
    /// - Parameters:
    ///   - method: The method, such as `POST`.
    ///   - path: The path below the integration's base URL, percent-encoded, with the slash at its start.
    ///   - query: The query, percent-encoded, without its question mark.
    ///   - headers: The headers.
    ///   - body: The body, if there is one.
    public init(
        _ method: String,
        _ path: String,
        query: String? = nil,
        headers: [(name: String, value: String)] = [],
        body: Data? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// Puts a request with a JSON body together.
    ///
    /// - Parameters:
    ///   - method: The method, such as `POST`.
    ///   - path: The path below the integration's base URL, percent-encoded, with the slash at its start.
    ///   - query: The query, percent-encoded, without its question mark.
    ///   - headers: The headers beside `Content-Type`.
    ///   - json: The body.
    public init(
        _ method: String,
        _ path: String,
        query: String? = nil,
        headers: [(name: String, value: String)] = [],
        json: JSONValue
    ) {
        let headers = [(name: "Content-Type", value: "application/json")] + headers
        self.init(method, path, query: query, headers: headers, body: json.data)
    }

    /// Adds a parameter to the query, and percent-encodes it.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - value: Its value.
    public mutating func addQuery(_ name: String, _ value: String) {
        let item = "\(Operation.encode(name))=\(Operation.encode(value))"
        query = query.map { $0.isEmpty ? item : "\($0)&\(item)" } ?? item
    }

    /// The method.
    public var description: String { "act \(method)" }

    /// The method.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
