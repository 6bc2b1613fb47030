/// The parts of the core that a door works with.
package struct DoorCore: Sendable {
    package let acts: ConnectionActs
    package let access: ConnectionAccess
    /// Puts an error into words, those of all doors, and tells the operator what is theirs to know.
    package let words: @Sendable (_ error: any Error, _ requestID: String) -> ErrorWords

    package init(
        acts: ConnectionActs,
        access: ConnectionAccess,
        words: @escaping @Sendable (_ error: any Error, _ requestID: String) -> ErrorWords
    ) {
        self.acts = acts
        self.access = access
        self.words = words
    }
}

/// An error for a caller.
package struct ErrorWords: Sendable, Equatable {
    /// The error for programs: the value of `Keyway-Error`.
    package let code: String
    /// The error for people and models, and what to do. It quotes nothing of the request.
    package let text: String
    /// Whether the same request may fare better later.
    package let isTransient: Bool

    package init(code: String, text: String, isTransient: Bool) {
        self.code = code
        self.text = text
        self.isTransient = isTransient
    }
}
