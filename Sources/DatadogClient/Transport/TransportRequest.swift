public import Foundation

/// A request as it goes over the network.
///
/// Headers and body hold keys and secrets: printing it shows method and URL alone.
public struct TransportRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The method, such as `GET`.
    public var method: String
    /// The whole URL.
    public var url: URL
    /// The headers. No name stands twice.
    public var headers: [(name: String, value: String)]
    /// The body, if there is one.
    public var body: Data?
    /// How long the server may be silent.
    public var timeout: Duration
    /// Whether a server that saw it twice would do no harm, so that a transport whose kept connection turns out to be
    /// closed may send it once more.
    public var isRepeatable: Bool

    /// Puts a request together.
    ///
    /// - Parameters:
    ///   - method: The method, such as `GET`.
    ///   - url: The whole URL.
    ///   - headers: The headers. No name stands twice.
    ///   - body: The body, if there is one.
    ///   - timeout: How long the server may be silent.
    ///   - isRepeatable: Whether a server that saw it twice would do no harm; left out, that is so unless it is a
    ///     `POST`.
    public init(
        method: String,
        url: URL,
        headers: [(name: String, value: String)] = [],
        body: Data? = nil,
        timeout: Duration = .seconds(60),
        isRepeatable: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.isRepeatable = isRepeatable ?? (method != "POST")
    }

    /// The value of a header.
    ///
    /// - Parameter name: Its name, in any case.
    /// - Returns: The value, or `nil` if there is none.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.isSameHeader(as: name) }?.value
    }

    /// Method and URL.
    public var description: String { "\(method) \(url.absoluteString)" }

    /// Method and URL.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
