public import Foundation

/// A third party's response to an act, whatever its status: an error of the third party is a response too.
///
/// The connection's secrets are masked in it. Printing it shows the status alone.
public struct ActAnswer<Body: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The third party's HTTP status.
    public let status: Int
    /// The headers, those of Keyway's own among them.
    public let headers: [(name: String, value: String)]
    /// The body: `Data`, or ``BodyPieces`` where it is read as it comes.
    public let body: Body
    /// How long the third party took to begin its response (`Keyway-Upstream-Time`).
    public let upstreamTime: Duration?
    /// Keyway's name for the request, which its audit log has too (`Keyway-Request-Id`).
    public let requestID: String?

    /// The value of a header.
    ///
    /// - Parameter name: Its name, in any case.
    /// - Returns: The value, or `nil` if there is none.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.isSameHeader(as: name) }?.value
    }

    /// The status.
    public var description: String { "status \(status)" }

    /// The status.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// - Parameters:
    ///   - head: The response without its body.
    ///   - body: The body.
    init(_ head: TransportResponse, body: Body) {
        status = head.status
        headers = head.headers
        self.body = body
        upstreamTime = head.header("Keyway-Upstream-Time").flatMap(Double.init).map { .milliseconds($0) }
        requestID = head.header("Keyway-Request-Id") ?? head.header("X-Request-Id")
    }
}

extension ActAnswer where Body == Data {
    /// The body as JSON.
    ///
    /// - Returns: The value.
    /// - Throws: ``JSONMismatch`` if it is not JSON.
    public func json() throws(JSONMismatch) -> JSONValue {
        try JSONValue(parsing: body)
    }
}
