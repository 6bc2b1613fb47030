package import NetworkTypes

/// A response: the engine adds `Content-Length`, `Date` and, where it has to, `Connection`.
///
/// The body of a response to HEAD is measured but not sent. Statuses that have no body (204, 304) drop it together
/// with `Content-Type`.
package struct Response: Sendable {
    /// From 200 to 599.
    package var status: Int
    /// Names and values the engine cannot send (with line ends, say) turn the response into a 500. Values may be empty.
    package var headers: [HeaderField]
    package var body: [UInt8]
    /// An object that is kept until the response has left, or its client has gone.
    package var kept: (any AnyObject & Sendable)?

    package init(status: Int, headers: [HeaderField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the status allows a body.
    var hasBody: Bool { status != 204 && status != 304 }
}
