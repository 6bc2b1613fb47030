import Documents

/// A place in a state file where a secret would stand, if state files held secrets.
struct SecretSlot: Sendable, Equatable {
    /// A JSON Pointer (RFC 6901) into the file.
    let pointer: String
    /// The names on the way from `attributes`, as the vault has them: `integration/credentials/tokens/github/value`.
    let address: String
    /// A description of the secret, as one phrase for people.
    let help: String
    let isRequired: Bool

    /// Whether a person may mean this place: by its pointer, or by the last names of its address.
    func isNamed(_ name: String) -> Bool {
        name == pointer || name == address || (!name.isEmpty && address.hasSuffix("/" + name))
    }
}
