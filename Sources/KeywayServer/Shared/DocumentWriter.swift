import ActService
import AWSAccounts
import Access
package import Documents
import JSONReading
import Secrets
package import Storage
import Tracing
import Vault

/// Turns bodies into changes of stored documents: the one place where secrets are sealed.
struct DocumentWriter: Sendable {
    let kind: DocumentKind
    let schema: DocumentSchema
    /// The name of the kind in audit events: `connection` in `connection.create`.
    let auditName: String
    let store: any PublicDocuments & SealedSecretStore & ChangeStore
    let vault: Vault
    /// How long sealing takes.
    let timings: Histogram

    /// The version of the rules by which documents are rendered here.
    private static let documentVersion = 1

    /// A document that is about to be written.
    struct Draft {
        let record: DocumentRecord
        let document: JSONValue
        /// The document before an update.
        let previous: JSONValue?
        /// Where the secrets were sent before an update, and where they will be.
        let destinations: (old: DocumentDestination, new: DocumentDestination)?
        /// The secrets that the body brought.
        let secrets: [SecretField]
        /// The addresses of the stored secrets that stay.
        let keptSecrets: [String]
        /// Whether secrets that the body did not bring would go where they did not before.
        var sendsKeptSecretsElsewhere: Bool {
            guard let (old, new) = destinations else { return false }
            return old != new && !keptSecrets.isEmpty
        }
        fileprivate let mutation: Mutation
    }

    /// Where the secrets of an organisation's document are sent.
    typealias DestinationOfDocument = (
        _ document: JSONValue, _ id: Identifier, _ organization: Identifier
    ) throws -> DocumentDestination

    // MARK: Creating

    /// Reads the body of a create and seals its secrets.
    func create(_ call: Call, id: Identifier, issue: @escaping (String) -> String) async throws -> Draft {
        try await create(try call.json(), id: id, by: call, issue: issue)
    }

    /// The same for a body that was made of a call's.
    func create(
        _ body: JSONValue,
        id: Identifier,
        by call: Call,
        issue: @escaping (String) -> String
    ) async throws -> Draft {
        let parted = try schema.create(body, id: id, issue: issue)
        let sealed: SealedSecrets?
        if parted.secrets.isEmpty {
            sealed = nil
        } else {
            sealed = try await timings.timeSealing(under: call.actor.span) {
                try await vault.seal(
                    parted.secrets.map { ($0.address, $0.value) },
                    organization: call.principal.organization,
                    record: id,
                    destination: schema.destination(of: parted.document).text
                )
            }
        }
        let record = record(id, parted.document, organization: call.principal.organization, owner: call.principal.user)
        return Draft(
            record: record,
            document: parted.document,
            previous: nil,
            destinations: nil,
            secrets: parted.secrets,
            keptSecrets: [],
            mutation: .createDocument(record, sealed: sealed)
        )
    }

    /// Commits a draft, and then what else belongs to the change.
    ///
    /// - Parameters:
    ///   - draft: The draft.
    ///   - others: Carried out behind it.
    ///   - requirements: What it was decided on.
    ///   - call: Whose change it is.
    /// - Returns: What came of it.
    /// - Throws: ``StoreError`` if the store can't tell.
    func commit(
        _ draft: Draft,
        and others: [Mutation] = [],
        requiring requirements: [Requirement] = [],
        by call: Call
    ) async throws -> CommitOutcome {
        let action = draft.previous == nil ? "create" : "update"
        return try await store.commit(
            Change(
                [draft.mutation] + others,
                requiring: (draft.sendsKeptSecretsElsewhere ? call.isStillAllowed : []) + requirements,
                event: call.event("\(auditName).\(action)", on: schema.type, draft.record.id)
            )
        )
    }

    // MARK: Updating

    /// Updates a document, from what is stored at the moment of the commit.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - call: Whose body says what changes.
    ///   - issue: Gives the value of an issued field, by its name.
    ///   - destination: Where a document's secrets are sent, if more than its own fields decide it.
    ///   - check: May refuse a draft, and gives what else belongs to the change, behind it.
    /// - Returns: The document that is stored now, or `nil` if there is none of that id.
    /// - Throws: What reading, `check` and the commit throw; ``Overtaken`` if another change came in between.
    func update(
        _ id: Identifier,
        _ call: Call,
        issue: @escaping (String) -> String,
        destination: DestinationOfDocument? = nil,
        check: (Draft) throws -> [Mutation]
    ) async throws -> Draft? {
        guard let draft = try await draft(updating: id, by: call, issue: issue, destination: destination) else {
            return nil
        }
        let outcome = try await commit(draft, and: try check(draft), by: call)
        guard outcome != .missing else { return nil }
        try outcome.requireCommitted(duplicate: APIError(409, "Another document has this name."))
        return draft
    }

    /// Reads the body of an update and seals its secrets, for ``commit(_:and:requiring:by:)``.
    ///
    /// - Parameters: As those of ``update(_:_:issue:destination:check:)``.
    /// - Returns: `nil` if there is no document of that id.
    func draft(
        updating id: Identifier,
        by call: Call,
        issue: @escaping (String) -> String,
        destination: DestinationOfDocument? = nil
    ) async throws -> Draft? {
        let body = try call.json()
        let organization = call.principal.organization
        guard
            let stored = try store.stored(kind, id, in: organization),
            let (revision, sealed) = try store.sealedSecrets(of: kind, id, in: organization)
        else { return nil }
        let current = try JSONReader.read(stored.record.document)
        let parted = try schema.update(body, id: id, of: current, issue: issue)
        let destinations = (
            old: try destination?(current, id, organization) ?? schema.destination(of: current),
            new: try destination?(parted.document, id, organization) ?? schema.destination(of: parted.document)
        )
        let resealed = try await seal(
            parted,
            over: sealed,
            of: id,
            destinations,
            organization: organization,
            under: call.actor.span
        )
        let record = record(id, parted.document, organization: organization, owner: stored.record.owner)
        return Draft(
            record: record,
            document: parted.document,
            previous: current,
            destinations: destinations,
            secrets: parted.secrets,
            keptSecrets: parted.keptSecrets,
            // If the two reads met different revisions, the older of them makes the commit a conflict.
            mutation: .updateDocument(record, expecting: min(stored.revision, revision), sealed: resealed)
        )
    }

    private func seal(
        _ parted: PartedDocument,
        over sealed: SealedSecrets?,
        of id: Identifier,
        _ destinations: (old: DocumentDestination, new: DocumentDestination),
        organization: Identifier,
        under span: Span?
    ) async throws -> SealedSecrets? {
        let (old, new) = (destinations.old.text, destinations.new.text)
        if parted.secrets.isEmpty {
            guard let sealed, !parted.keptSecrets.isEmpty else { return nil }
            // What changes nothing of the secrets needs no vault.
            if old == new, try vault.fields(of: sealed).allSatisfy(parted.keptSecrets.contains) { return sealed }
        }
        return try await timings.timeSealing(under: span) {
            try await vault.update(
                sealed,
                setting: parted.secrets.map { ($0.address, $0.value) },
                keeping: Set(parted.keptSecrets),
                organization: organization,
                record: id,
                from: old,
                to: new
            )
        }
    }

    // MARK: Deleting

    /// Deletes a document and its secrets.
    ///
    /// - Returns: Whether there was one.
    func delete(_ id: Identifier, _ call: Call) async throws -> Bool {
        let outcome = try await delete(id, call, requiring: [])
        guard outcome != .missing else { return false }
        try outcome.requireCommitted()
        return true
    }

    /// Deletes a document and its secrets, if the stored revision is still the expected one.
    func delete(_ id: Identifier, expecting revision: Int64, _ call: Call) async throws -> CommitOutcome {
        let organization = call.principal.organization
        let unchanged = Requirement.unchangedDocument(kind, id, organization: organization, revision: revision)
        return try await delete(id, call, requiring: [unchanged])
    }

    private func delete(
        _ id: Identifier,
        _ call: Call,
        requiring requirements: [Requirement]
    ) async throws -> CommitOutcome {
        try await store.commit(
            Change(
                [.deleteDocument(kind, id, organization: call.principal.organization)],
                requiring: requirements,
                event: call.event("\(auditName).delete", on: schema.type, id)
            )
        )
    }

    private func record(
        _ id: Identifier,
        _ document: JSONValue,
        organization: Identifier,
        owner: Identifier
    ) -> DocumentRecord {
        let columns = kind.columns(of: document["attributes"])
        return DocumentRecord(
            kind: kind,
            id: id,
            organization: organization,
            owner: owner,
            name: columns.name,
            category: columns.category,
            document: JSONWriter.bytes(of: document),
            documentVersion: Self.documentVersion
        )
    }
}

extension Histogram {
    /// Observes how long the vault takes to seal, as a span too where the request is traced.
    func timeSealing<Result: Sendable>(
        under span: Span?,
        _ body: () async throws -> Result
    ) async rethrows -> Result {
        guard let span = span?.child(.vaultSeal) else { return try await time(body) }
        do {
            let result = try await time(body)
            span.end()
            return result
        } catch {
            span.end(failed: true)
            throw error
        }
    }
}

extension DocumentKind {
    /// The columns by which a store finds documents.
    package func columns(of attributes: JSONValue?) -> (name: String, category: String) {
        switch self {
        case .connection:
            (
                attributes?["name"]?.text?.string ?? "",
                attributes?["integration"]?["type"]?.text?.string ?? ""
            )
        case .awsAccount: (attributes?["aws_account_id"]?.text?.string ?? "", "")
        case .eventBridge: (EventBridgeSource(attributes)?.key ?? "", "")
        case .personaMapping: (attributes?["arn_pattern"]?.text?.string ?? "", "")
        case .tokenIssuer: (attributes?["issuer"]?.text?.string ?? "", "")
        case .auditWebhook: (attributes?["name"]?.text?.string ?? "", "")
        case .ccmConfig, .connectionSettings: ("", "")
        }
    }
}
