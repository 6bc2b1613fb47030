/// An access token to be created.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct NewAccessToken: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The permissions that the token carries, if its owner has them; at least one.
    public var scopes: [String]
    /// When the token expires. A personal token needs a time at least a day and at most a year ahead; a service
    /// account's may have none.
    public var expiresAt: Timestamp?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - scopes: The permissions that the token carries; at least one.
    ///   - expiresAt: When the token expires.
    public init(name: String, scopes: [String], expiresAt: Timestamp? = nil) {
        self.name = name
        self.scopes = scopes
        self.expiresAt = expiresAt
    }
}

/// Changes to an access token; what is `nil` stays as it is. Its expiry can't be changed.
///
/// Source: the Key Management API, https://docs.datadoghq.com/api/latest/key-management/
public struct AccessTokenUpdate: Sendable, Hashable {
    /// A new name.
    public var name: String?
    /// The permissions that the token carries, instead of all present ones.
    public var scopes: [String]?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - name: A new name.
    ///   - scopes: The permissions that the token carries, instead of all present ones.
    public init(name: String? = nil, scopes: [String]? = nil) {
        self.name = name
        self.scopes = scopes
    }
}
