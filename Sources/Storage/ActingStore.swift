package import Access
package import Documents
package import Secrets

/// All that an act through a connection needs to know, as it is stored at one moment.
package struct ActingState: Sendable, Equatable {
    /// The inner `data` object of the connection, in JSON.
    package let document: [UInt8]
    /// Rises with every change of the connection and of its policy.
    package let revision: Int64
    /// `nil` if the connection has no secrets.
    package let sealed: SealedSecrets?
    /// The connection's settings; `nil` if there are none.
    package let settings: Settings?
    /// `nil` if permissions alone decide.
    package let policy: RestrictionPolicy?

    /// A connection's settings.
    package struct Settings: Sendable, Equatable {
        /// The inner `data` object, in JSON.
        package let document: [UInt8]
        package let revision: Int64

        package init(document: [UInt8], revision: Int64) {
            self.document = document
            self.revision = revision
        }
    }

    package init(
        document: [UInt8],
        revision: Int64,
        sealed: SealedSecrets?,
        settings: Settings?,
        policy: RestrictionPolicy?
    ) {
        self.document = document
        self.revision = revision
        self.sealed = sealed
        self.settings = settings
        self.policy = policy
    }
}

/// The read of those few that act. It blocks, as those of ``PublicDocuments`` do.
package protocol ActingStore: Sendable {
    /// The connection's state, read together, or `nil` if the organisation has none of that id.
    func actingState(of connection: Identifier, in organization: Identifier) throws(StoreError) -> ActingState?
}
