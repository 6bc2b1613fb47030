/// A session of a Keyway server's forward proxy to be opened.
///
/// Source: Keyway; Datadog has no such sessions.
public struct NewProxySession: Sendable, Hashable {
    /// The ids of the connections whose hosts it opens; at least one.
    public var connections: [Connection.ID]
    /// How long it is good for: from a second to a day, in whole seconds.
    public var lifetime: Duration
    /// Whether the connection's credential is added to requests that carry none.
    public var addsCredentials: Bool

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - connections: The ids of the connections whose hosts it opens; at least one.
    ///   - lifetime: How long it is good for: from a second to a day, in whole seconds.
    ///   - addsCredentials: Whether the connection's credential is added to requests that carry none.
    public init(connections: [Connection.ID], lifetime: Duration, addsCredentials: Bool = false) {
        self.connections = connections
        self.lifetime = lifetime
        self.addsCredentials = addsCredentials
    }
}
