package import Documents
package import Secrets

/// The kinds of documents that are stored.
package enum DocumentKind: Sendable, CaseIterable {
    case connection
    /// The number of an AWS account is its name: no two of an organisation have the same.
    case awsAccount
    /// Has the id of its AWS account, and goes with it. It has no secrets.
    case ccmConfig
    /// Has the id of its connection, and goes with it. It has no secrets.
    case connectionSettings
    /// Account, region and the given part of the source's name are its name. It has no secrets.
    case eventBridge
    /// The URL of the issuer is its name. It has no secrets.
    case tokenIssuer
    /// The pattern of ARNs is its name. It has no secrets.
    case personaMapping
    /// No two webhooks of an organisation have the same name.
    case auditWebhook
}

/// A document as it is written: the text of responses, and all by which a store finds it.
package struct DocumentRecord: Sendable, Equatable {
    package let kind: DocumentKind
    package let id: Identifier
    package let organization: Identifier
    /// The user who created it.
    package let owner: Identifier
    /// A connection's name, an AWS account's number.
    package let name: String
    /// A connection's integration, by its wire type; empty for other kinds.
    package let category: String
    /// The inner `data` object of responses, in JSON. It holds no secret.
    package let document: [UInt8]
    /// The version of the rules that rendered `document`.
    package let documentVersion: Int

    package init(
        kind: DocumentKind,
        id: Identifier,
        organization: Identifier,
        owner: Identifier,
        name: String,
        category: String = "",
        document: [UInt8],
        documentVersion: Int
    ) {
        self.kind = kind
        self.id = id
        self.organization = organization
        self.owner = owner
        self.name = name
        self.category = category
        self.document = document
        self.documentVersion = documentVersion
    }
}

/// A document as it is stored now.
package struct StoredDocument: Sendable, Equatable {
    package let record: DocumentRecord
    /// Rises with every change: an update names the one that it was made from.
    package let revision: Int64

    package init(record: DocumentRecord, revision: Int64) {
        self.record = record
        self.revision = revision
    }
}

/// Which documents of a kind a list asks for.
package struct DocumentFilter: Sendable, Equatable {
    /// Exactly this category.
    package var category: String?
    /// Exactly this name.
    package var name: String?
    /// A part of the name, whatever the case of its ASCII letters.
    package var nameContains: String?

    package init(category: String? = nil, name: String? = nil, nameContains: String? = nil) {
        self.category = category
        self.name = name
        self.nameContains = nameContains
    }
}

/// Reads of public documents: all that a read handler holds, so no read can reach a secret.
///
/// Reads block. A store whose `answersAtOnce` is true takes microseconds for a read by id and is read on the network
/// thread; another is read from a thread that may wait.
package protocol PublicDocuments: Sendable {
    /// Whether a read by id is a matter of microseconds.
    var answersAtOnce: Bool { get }

    /// The document alone, of that kind, with that id, in that organisation, or `nil` if it has none.
    func document(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> [UInt8]?

    /// The document with what belongs to it, or `nil` if the organisation has none of that kind and id.
    func stored(
        _ kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> StoredDocument?

    /// An organisation's documents of a kind, ordered by name (by its UTF-8 bytes), then by id.
    ///
    /// - Parameters:
    ///   - kind: The kind.
    ///   - organization: The organisation.
    ///   - filter: What is asked for.
    ///   - page: Which part of it; `nil` for all.
    /// - Returns: The documents, and how many there are.
    /// - Throws: ``StoreError`` if the store can't tell.
    func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(StoreError) -> PageOf<[UInt8]>

    /// The next documents of a list that is ordered as by ``documents(_:in:matching:page:)``, for one who reads all of
    /// it in short reads. What is changed meanwhile may be missing.
    ///
    /// - Parameters:
    ///   - kind: The kind.
    ///   - organization: The organisation.
    ///   - filter: What is asked for.
    ///   - position: Where the last read ended; `nil` to begin.
    ///   - bytes: Ends the read once its documents have that many, be it with the first.
    /// - Returns: The documents, and where they end; `nil` if there are no more.
    /// - Throws: ``StoreError`` if the store can't tell.
    func documents(
        _ kind: DocumentKind,
        in organization: Identifier,
        matching filter: DocumentFilter,
        after position: ListPosition?,
        bytes: Int
    ) throws(StoreError) -> (documents: [[UInt8]], end: ListPosition?)

    /// The owner of an external id, or `nil` if it was neither issued nor brought.
    func owner(ofExternalID externalID: String) throws(StoreError) -> ExternalIDOwner?
}

/// The owner of an external id.
package struct ExternalIDOwner: Sendable, Equatable {
    package let organization: Identifier
    /// Whether it was issued here. One that was brought proves nothing: anyone who knows it can bring it.
    package let isIssued: Bool

    package init(organization: Identifier, isIssued: Bool) {
        self.organization = organization
        self.isIssued = isIssued
    }
}

/// Reads of sealed secrets, for those few that write or act.
package protocol SealedSecretStore: SealedRecords {
    /// A document's revision and its sealed secrets (`nil` if it has none), read together; `nil` if the organisation
    /// has no such document.
    func sealedSecrets(
        of kind: DocumentKind,
        _ id: Identifier,
        in organization: Identifier
    ) throws(StoreError) -> (revision: Int64, sealed: SealedSecrets?)?
}

/// Reads of all sealed secrets, whatever document they belong to. They block, as those of ``PublicDocuments`` do.
package protocol SealedRecords: Sendable {
    /// The master keys under which secrets may be sealed, ordered: each was noted before the first use.
    func masterKeyIDs() throws(StoreError) -> [String]

    /// Documents of any kind and organisation whose secrets are sealed under another master key than this, in the
    /// order of their ids.
    ///
    /// - Parameters:
    ///   - masterKeyID: The key that is not looked for.
    ///   - last: Where to go on; `nil` to start.
    ///   - count: How many at most.
    /// - Returns: The secrets to wrap again; empty when there are no more.
    /// - Throws: ``StoreError`` if the store can't tell.
    func secretsNotSealed(
        under masterKeyID: String,
        after last: Identifier?,
        atMost count: Int
    ) throws(StoreError) -> [SealedRecord]
}

/// Sealed secrets with the document that they belong to.
package struct SealedRecord: Sendable, Equatable {
    package let kind: DocumentKind
    package let id: Identifier
    package let organization: Identifier
    package let revision: Int64
    package let sealed: SealedSecrets

    package init(
        kind: DocumentKind,
        id: Identifier,
        organization: Identifier,
        revision: Int64,
        sealed: SealedSecrets
    ) {
        self.kind = kind
        self.id = id
        self.organization = organization
        self.revision = revision
        self.sealed = sealed
    }
}
