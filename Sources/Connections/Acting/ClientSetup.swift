/// The way in which the clients of an integration's vendor are led to act through Keyway with an act token.
package struct ClientSetup: Sendable {
    /// The value of a variable that clients read.
    package enum Value: Sendable, Equatable {
        /// The address that stands for the integration's base URL, and what is appended to it.
        case address(appending: String)
        case token
        case text(String)
        /// A text that is set only where Keyway is reached by plain HTTP.
        case plaintext(String)
    }

    /// Variables that clients read without an argument in code.
    package let variables: [(name: String, value: Value)]
    /// Further variables by which clients find a real credential, or another address: they are removed.
    package let removed: [String]
    /// A file below the home directory that clients read before their variables, and so around Keyway.
    package private(set) var overridingFile: String?
    /// A line of Python for a client that has no variable for its address; `BASE` and `TOKEN` stand for the address and
    /// the act token.
    package let code: String?
    /// The cloud whose own tools ask for credentials by themselves.
    package let cloud: Cloud?

    package enum Cloud: Sendable, Equatable {
        case aws, google, azure
    }

    private init(
        _ variables: [(name: String, value: Value)],
        removing removed: [String],
        code: String?,
        cloud: Cloud? = nil
    ) {
        self.variables = variables
        self.removed = removed
        self.code = code
        self.cloud = cloud
    }

    /// For clients that nothing is known of.
    package static let none = ClientSetup([], removing: [], code: nil)

    package static func variables(_ variables: (String, Value)..., removing removed: String...) -> ClientSetup {
        ClientSetup(variables.map { (name: $0.0, value: $0.1) }, removing: removed, code: nil)
    }

    package static func code(_ code: String, removing removed: String...) -> ClientSetup {
        ClientSetup([], removing: removed, code: code)
    }

    /// The same, for clients that read a file below the home directory first.
    package func overridden(by file: String) -> ClientSetup {
        var setup = self
        setup.overridingFile = file
        return setup
    }

    /// The same, for the tools of a cloud.
    package func of(_ cloud: Cloud) -> ClientSetup {
        ClientSetup(variables, removing: removed, code: code, cloud: cloud)
    }
}

extension ClientSetup.Value {
    package static let address = Self.address(appending: "")
}
