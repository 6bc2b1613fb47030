import Storage

/// One value for each kind of document.
struct PerDocumentKind<Value> {
    private let connection: Value
    private let awsAccount: Value
    private let ccmConfig: Value
    private let connectionSettings: Value
    private let eventBridge: Value
    private let tokenIssuer: Value
    private let personaMapping: Value
    private let auditWebhook: Value

    init(_ make: (DocumentTable) throws(SQLiteError) -> Value) throws(SQLiteError) {
        connection = try make(DocumentKind.connection.table)
        awsAccount = try make(DocumentKind.awsAccount.table)
        ccmConfig = try make(DocumentKind.ccmConfig.table)
        connectionSettings = try make(DocumentKind.connectionSettings.table)
        eventBridge = try make(DocumentKind.eventBridge.table)
        tokenIssuer = try make(DocumentKind.tokenIssuer.table)
        personaMapping = try make(DocumentKind.personaMapping.table)
        auditWebhook = try make(DocumentKind.auditWebhook.table)
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
        case .auditWebhook: auditWebhook
        }
    }
}
