public import Foundation

/// A response as it came over the network.
///
/// The body may hold a new key: printing it shows the status alone.
public struct TransportResponse: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The HTTP status.
    public var status: Int
    /// The headers.
    public var headers: [(name: String, value: String)]
    /// The body; empty if there is none.
    public var body: Data

    /// Puts a response together.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - headers: The headers.
    ///   - body: The body; empty if there is none.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

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
}
