package import Access
package import Documents

/// A connection with what restricts it, as both are stored at one moment.
package struct RestrictedConnection: Sendable, Equatable {
    /// The inner `data` object of responses, in JSON. It holds no secret.
    package let document: [UInt8]
    /// Rises with every change of the connection and of its policy.
    package let revision: Int64
    /// `nil` if permissions alone decide.
    package let policy: RestrictionPolicy?

    package init(document: [UInt8], revision: Int64, policy: RestrictionPolicy?) {
        self.document = document
        self.revision = revision
        self.policy = policy
    }
}

/// A record's id, and the organisation that it must be of.
package struct RecordName: Sendable, Hashable {
    package let id: Identifier
    package let organization: Identifier

    package init(_ id: Identifier, in organization: Identifier) {
        self.id = id
        self.organization = organization
    }
}

/// Reads of connections that tell who may see them. No secret can be reached through them; they block, as those of
/// ``PublicDocuments`` do.
package protocol RestrictedConnections: Sendable {
    /// The connection with its policy, read together, or `nil` if the organisation has none of that id.
    func connection(_ id: Identifier, in organization: Identifier) throws(StoreError) -> RestrictedConnection?

    /// Connections as ``connection(_:in:)`` reads them, for several who wait at the same time.
    ///
    /// No ``StoreObserver`` is told: each of those who ask tells for themselves.
    ///
    /// - Returns: A result for each name, in their order.
    func connections(named names: [RecordName]) -> [Result<RestrictedConnection?, StoreError>]

    /// The connections of the principal's organisation that have no policy, or one that names the principal: those that
    /// the principal may view. Ordered as by ``PublicDocuments/documents(_:in:matching:page:)``.
    ///
    /// - Parameters:
    ///   - principal: Who asks. The totals count nothing that is kept from them.
    ///   - filter: What is asked for.
    ///   - page: Which part of it; `nil` for all.
    /// - Returns: The documents, and how many there are.
    /// - Throws: ``StoreError`` if the store can't tell.
    func connections(
        visibleTo principal: Principal,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(StoreError) -> PageOf<[UInt8]>
}

extension RestrictedConnections {
    /// One after the other.
    package func connections(named names: [RecordName]) -> [Result<RestrictedConnection?, StoreError>] {
        names.map { name in
            do throws(StoreError) {
                return .success(try connection(name.id, in: name.organization))
            } catch {
                return .failure(error)
            }
        }
    }
}
