package import Documents

/// The last time at which a key, a token or a connection was used, or any key or token of a user's.
package struct LastUse: Sendable, Equatable {
    /// The kind of thing that was used.
    package enum Subject: Sendable, CaseIterable {
        case apiKey, applicationKey, accessToken
        /// By one of their keys or tokens: users log in in no other way.
        case user
        /// By the day: its time is the beginning of the day, in UTC.
        case connection
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
