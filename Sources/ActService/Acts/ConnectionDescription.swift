package import Connections
package import Documents

/// A connection as callers may know it who act through it.
package struct ConnectionDescription: Sendable {
    package let id: Identifier
    package let name: String
    /// The wire type of its integration.
    package let integrationType: String
    /// The integration; `nil` if this version does not know it.
    package let integration: Integration?
    /// The URL that paths are joined to; `nil` where the path names a service first, or if the connection can't be acted
    /// through.
    package let baseURL: String?
    /// Its rules, as its settings have them.
    package let rules: [JSONValue]
    /// Whether rules are only observed.
    package let isObserving: Bool
    /// The number of acts that may be under way at once.
    package let concurrency: Int?
    /// The number of acts that may begin in a second; `nil` for any number.
    package let rate: Int?
    /// The reason why it can't be acted through as it is stored; `nil` if it can.
    package let fault: String?
}
