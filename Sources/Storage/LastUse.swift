package import Documents

/// The last time at which a key was used, or any application key of a user.
package struct LastUse: Sendable, Equatable {
    /// The kind of thing that was used.
    package enum Subject: Sendable, CaseIterable {
        case apiKey, applicationKey
        /// By one of their application keys: users log in in no other way.
        case user
    }

    package let subject: Subject
    package let id: Identifier
    package let organization: Identifier
    package let time: Timestamp

    package init(of subject: Subject, _ id: Identifier, in organization: Identifier, at time: Timestamp) {
        self.subject = subject
        self.id = id
        self.organization = organization
        self.time = time
    }
}
