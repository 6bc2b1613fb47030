package import Documents
package import Secrets

/// A connection as it is written: its public document, and what a store needs to find it.
package struct ConnectionRecord: Sendable, Equatable {
    package let id: Identifier
    package let organization: Identifier
    /// The user who created it.
    package let owner: Identifier
    package let name: String
    /// The integration's wire type, such as `OpenAI`.
    package let integration: String
    /// The inner `data` object as it is answered, in JSON. It holds no secret.
    package let document: [UInt8]
    /// The version of the rules that rendered `document`.
    package let documentVersion: Int

    package init(
        id: Identifier,
        organization: Identifier,
        owner: Identifier,
        name: String,
        integration: String,
        document: [UInt8],
        documentVersion: Int
    ) {
        self.id = id
        self.organization = organization
        self.owner = owner
        self.name = name
        self.integration = integration
        self.document = document
        self.documentVersion = documentVersion
    }
}

/// A connection as it is stored now.
package struct StoredConnection: Sendable, Equatable {
    package let record: ConnectionRecord
    /// Rises with every change: an update names the one that it was made from.
    package let revision: Int64

    package init(record: ConnectionRecord, revision: Int64) {
        self.record = record
        self.revision = revision
    }
}

/// Which connections a list asks for.
package struct ConnectionFilter: Sendable, Equatable {
    /// The integration's wire type, exactly.
    package var integration: String?
    /// A part of the name, whatever the case of its ASCII letters.
    package var nameContains: String?

    package init(integration: String? = nil, nameContains: String? = nil) {
        self.integration = integration
        self.nameContains = nameContains
    }
}

/// One page of a list: `number` counts from 0.
package struct Page: Sendable, Equatable {
    package let size: Int
    package let number: Int

    package init(size: Int, number: Int) {
        self.size = size
        self.number = number
    }
}

/// A page's elements, and how many there are in all.
package struct PageOf<Element: Sendable>: Sendable {
    package let elements: [Element]
    /// All of the organisation.
    package let total: Int
    /// All that the filter lets through.
    package let totalFiltered: Int

    package init(elements: [Element], total: Int, totalFiltered: Int) {
        self.elements = elements
        self.total = total
        self.totalFiltered = totalFiltered
    }
}

/// Reads of connections' public documents: all that a read handler holds, so no read can reach a secret.
///
/// Reads block. A store whose `answersAtOnce` is true takes microseconds and is read on the network thread; another is
/// read from a thread that may wait.
package protocol ConnectionDocuments: Sendable {
    /// Whether a read by id is a matter of microseconds.
    var answersAtOnce: Bool { get }

    /// The document alone, of the connection with that id in that organisation, or `nil` if it has none.
    func document(ofConnection id: Identifier, in organization: Identifier) throws(StoreError) -> [UInt8]?

    /// The connection with that id in that organisation, or `nil` if it has none.
    func connection(_ id: Identifier, in organization: Identifier) throws(StoreError) -> StoredConnection?

    /// Documents of an organisation's connections, ordered by name (by its UTF-8 bytes), then by id.
    func documents(
        ofConnectionsIn organization: Identifier,
        matching filter: ConnectionFilter,
        page: Page
    ) throws(StoreError) -> PageOf<[UInt8]>
}

/// Reads of sealed secrets, for those few that write or act.
package protocol SealedSecretStore: Sendable {
    /// A connection's revision and its sealed secrets (`nil` if it has none), read together; `nil` if the organisation
    /// has no such connection.
    func sealedSecrets(
        ofConnection id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> (revision: Int64, sealed: SealedSecrets?)?
}
