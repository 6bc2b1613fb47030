/// An act token to be created.
///
/// Source: Keyway; Datadog has no such tokens.
public struct NewActToken: Sendable, Hashable {
    /// The name, for people.
    public var name: String?
    /// The ids of the connections that it acts through; at least one.
    public var connections: [Connection.ID]
    /// How long it is good for: from a second to a day, in whole seconds.
    public var lifetime: Duration
    /// The methods that it allows; `nil` for all.
    public var methods: [String]?
    /// The paths below the base URL that it allows, as those of rules; `nil` for all.
    public var paths: [String]?
    /// How many acts it may begin; `nil` for any number.
    public var acts: Int?

    /// Puts a value together.
    ///
    /// - Parameters:
    ///   - connections: The ids of the connections that it acts through; at least one.
    ///   - lifetime: How long it is good for: from a second to a day, in whole seconds.
    ///   - name: The name, for people.
    ///   - methods: The methods that it allows; `nil` for all.
    ///   - paths: The paths below the base URL that it allows, as those of rules; `nil` for all.
    ///   - acts: How many acts it may begin; `nil` for any number.
    public init(
        connections: [Connection.ID],
        lifetime: Duration,
        name: String? = nil,
        methods: [String]? = nil,
        paths: [String]? = nil,
        acts: Int? = nil
    ) {
        self.connections = connections
        self.lifetime = lifetime
        self.name = name
        self.methods = methods
        self.paths = paths
        self.acts = acts
    }
}
