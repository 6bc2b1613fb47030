import Storage

/// Where the documents of a kind are kept. The tables of all kinds have one shape (see `Migration.initial`), so what is
/// declared here is all that a kind adds: every statement is derived from it.
struct DocumentTable {
    let name: String
    /// The number of the kind in `sealed_secrets`. It never changes.
    let number: Int64
    /// Whether no two documents of an organisation have the same name.
    let hasUniqueNames: Bool
    /// The kind whose document of the same id must be there; it takes this one with it when it goes.
    let parent: DocumentKind?
    /// Whether documents of the kind may have secrets. A child has its parent's key, under which they are the parent's.
    let holdsSecrets: Bool
}

extension DocumentKind {
    var table: DocumentTable {
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
        }
    }
}

/// One value for each kind of document.
struct PerDocumentKind<Value> {
    private let connection: Value
    private let awsAccount: Value
    private let ccmConfig: Value
    private let connectionSettings: Value
    private let eventBridge: Value
    private let tokenIssuer: Value
    private let personaMapping: Value

    init(_ make: (DocumentTable) throws(SQLiteError) -> Value) throws(SQLiteError) {
        connection = try make(DocumentKind.connection.table)
        awsAccount = try make(DocumentKind.awsAccount.table)
        ccmConfig = try make(DocumentKind.ccmConfig.table)
        connectionSettings = try make(DocumentKind.connectionSettings.table)
        eventBridge = try make(DocumentKind.eventBridge.table)
        tokenIssuer = try make(DocumentKind.tokenIssuer.table)
        personaMapping = try make(DocumentKind.personaMapping.table)
    }

    subscript(kind: DocumentKind) -> Value {
        switch kind {
        case .connection: connection
        case .awsAccount: awsAccount
        case .ccmConfig: ccmConfig
        case .connectionSettings: connectionSettings
        case .eventBridge: eventBridge
        case .tokenIssuer: tokenIssuer
        case .personaMapping: personaMapping
        }
    }
}
