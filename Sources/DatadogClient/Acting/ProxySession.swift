/// A session of a Keyway server's forward proxy: tools whose host is fixed act through it.
///
/// Source: Keyway; Datadog has no such sessions.
public struct ProxySession: APIValue, Identifiable {
    /// A UUID, which names the session in the user name of the proxy.
    public let id: String
    /// The ids of the connections whose hosts it opens.
    public let connections: [String]
    /// The hosts, and the domains that hosts stand below.
    public let hosts: [String]
    /// Whether the connection's credential is added to requests that carry none.
    public let addsCredentials: Bool
    /// The address of the proxy: host and port, behind `https://` where it speaks TLS; or `unix:` and the path of a socket.
    public let proxy: String
    /// The certificate in PEM that tools are to trust, for those hosts alone.
    public let certificateAuthority: String
    /// When the session was opened.
    public let createdAt: Timestamp?
    /// When the session expires.
    public let expiresAt: Timestamp?
    /// How many requests were sent through a connection.
    public let acts: Int
    /// How many requests were refused.
    public let refusals: Int
    /// The hosts that were asked for and that no connection of the session reaches.
    public let unboundHosts: [String]

    static let type = "proxy_sessions"

    /// Reads a value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            connections = try attributes.optionalTexts("connections") ?? []
            hosts = try attributes.optionalTexts("hosts") ?? []
            addsCredentials = try attributes.optionalFlag("add_credentials") ?? false
            proxy = try attributes.text("proxy")
            certificateAuthority = try attributes.text("certificate_authority")
            createdAt = try attributes.optionalTimestamp("created_at")
            expiresAt = try attributes.optionalTimestamp("expires_at")
            acts = try attributes.optionalInteger("acts") ?? 0
            refusals = try attributes.optionalInteger("refusals") ?? 0
            unboundHosts = try attributes.optionalTexts("unbound_hosts") ?? []
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets; it has none.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) {
            $0.add("connections", connections)
            $0.add("hosts", hosts)
            $0.add("add_credentials", addsCredentials)
            $0.add("proxy", proxy)
            $0.add("certificate_authority", certificateAuthority)
            $0.add("created_at", createdAt)
            $0.add("expires_at", expiresAt)
            $0.add("acts", acts)
            $0.add("refusals", refusals)
            $0.add("unbound_hosts", unboundHosts)
        }
    }
}
