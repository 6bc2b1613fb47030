package import Documents

/// A webhook of audit events as it is stored now.
package struct StoredAuditWebhook: Sendable, Equatable {
    package let id: Identifier
    package let organization: Identifier
    /// The inner `data` object of responses, in JSON.
    package let document: [UInt8]
    package let revision: Int64
    /// The last event of the organisation's audit log that it has received, or that was none for it.
    package let delivered: Int64

    package init(
        id: Identifier,
        organization: Identifier,
        document: [UInt8],
        revision: Int64,
        delivered: Int64
    ) {
        self.id = id
        self.organization = organization
        self.document = document
        self.revision = revision
        self.delivered = delivered
    }
}

/// Reads of webhooks, for those who send events to them. They block, as those of ``PublicDocuments`` do.
package protocol AuditWebhookStore: Sendable {
    /// The webhooks of all organisations, oldest first.
    func auditWebhooks() throws(StoreError) -> [StoredAuditWebhook]
}
