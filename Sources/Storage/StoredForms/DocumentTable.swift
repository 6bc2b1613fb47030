/// Where the documents of a kind are kept. The tables of all kinds have one shape in every store that has tables,
/// so what is declared here is all that a kind adds: statements are derived from it.
package struct DocumentTable {
    package let name: String
    /// The number of the kind in `sealed_secrets`. It never changes.
    package let number: Int64
    /// Whether no two documents of an organisation have the same name.
    package let hasUniqueNames: Bool
    /// The kind whose document of the same id must be there; it takes this one with it when it goes.
    package let parent: DocumentKind?
    /// Whether documents of the kind may have secrets. A child has its parent's key, under which they are the parent's.
    package let holdsSecrets: Bool
}

extension DocumentKind {
    package var table: DocumentTable {
        switch self {
        case .connection:
            DocumentTable(name: "connections", number: 1, hasUniqueNames: false, parent: nil, holdsSecrets: true)
        case .awsAccount:
            DocumentTable(name: "aws_accounts", number: 2, hasUniqueNames: true, parent: nil, holdsSecrets: true)
        case .ccmConfig:
            DocumentTable(
                name: "ccm_configs",
                number: 3,
                hasUniqueNames: false,
                parent: .awsAccount,
                holdsSecrets: false
            )
        case .connectionSettings:
            DocumentTable(
                name: "connection_settings",
                number: 4,
                hasUniqueNames: false,
                parent: .connection,
                holdsSecrets: false
            )
        case .eventBridge:
            DocumentTable(name: "event_bridges", number: 5, hasUniqueNames: true, parent: nil, holdsSecrets: false)
        case .tokenIssuer:
            DocumentTable(name: "token_issuers", number: 6, hasUniqueNames: true, parent: nil, holdsSecrets: false)
        case .personaMapping:
            DocumentTable(name: "persona_mappings", number: 7, hasUniqueNames: true, parent: nil, holdsSecrets: false)
        case .auditWebhook:
            DocumentTable(name: "audit_webhooks", number: 8, hasUniqueNames: true, parent: nil, holdsSecrets: true)
        }
    }
}
