// The tables of `Migration.all` of the SQLite store, whose suite compares them; PostgreSQL's have the same columns.
extension StoredTable {
    /// All tables, each behind those that it refers to.
    package static let all: [StoredTable] = [
        organizations, users, roles, userRoles, apiKeys, applicationKeys, applicationKeyScopes, accessTokens, actTokens,
        userInvitations, connections, connectionSettings, restrictionBindings, awsAccounts, ccmConfigs,
        broughtExternalIDs, externalIDs, eventBridges, tokenIssuers, personaMappings, auditWebhooks, masterKeys,
        serverKeys, sealedSecrets, auditLog,
    ]

    package static let organizations = StoredTable(
        "organizations",
        [.integer("ordinal"), .text("id"), .text("name"), .integer("created_at")]
    )

    package static let users = StoredTable(
        "users",
        ids + [
            .text("handle"), .text("email"), .optionalText("name"), .optionalText("title"),
            .integer("is_service_account"), .integer("is_disabled"), .integer("created_at"), .integer("modified_at"),
            .optionalInteger("last_login_at"), .integer("revision"),
        ]
    )

    package static let roles = StoredTable(
        "roles",
        ids + [
            .text("name"), .text("permissions"), .optionalText("source"), .optionalText("source_permissions"),
            .integer("created_at"), .integer("modified_at"), .integer("revision"),
        ]
    )

    package static let userRoles = StoredTable(
        "user_roles",
        keyLength: 2,
        [.integer("user", to: "users"), .integer("position"), .text("role")]
    )

    package static let apiKeys = StoredTable(
        "api_keys",
        ids + [
            .text("name"), .bytes("digest"), .text("last4"), .integer("created_at"),
            .optionalInteger("created_by", to: "users"), .integer("modified_at"),
            .optionalInteger("modified_by", to: "users"), .optionalInteger("last_used_at"), .integer("revision"),
        ]
    )

    package static let applicationKeys = StoredTable(
        "application_keys",
        ids + [
            .integer("owner", to: "users"), .text("name"), .bytes("digest"), .text("last4"), .integer("is_scoped"),
            .integer("is_registered"), .integer("created_at"), .optionalInteger("last_used_at"), .integer("revision"),
        ]
    )

    package static let applicationKeyScopes = StoredTable(
        "application_key_scopes",
        keyLength: 2,
        [.integer("application_key", to: "application_keys"), .integer("position"), .text("scope")]
    )

    package static let accessTokens = StoredTable(
        "access_tokens",
        ids + [
            .integer("kind"), .integer("owner", to: "users"), .text("name"), .bytes("digest"), .optionalText("scopes"),
            .integer("created_at"), .optionalInteger("modified_at"), .optionalInteger("expires_at"),
            .optionalInteger("last_used_at"), .integer("revision"),
        ]
    )

    package static let actTokens = StoredTable(
        "act_tokens",
        ids + [
            .integer("owner", to: "users"), .optionalInteger("api_key", to: "api_keys"),
            .optionalInteger("application_key", to: "application_keys"),
            .optionalInteger("access_token", to: "access_tokens"), .optionalText("name"), .bytes("digest"),
            .text("connections"), .optionalText("methods"), .optionalText("paths"), .optionalInteger("acts_at_most"),
            .integer("acts"), .integer("created_at"), .integer("expires_at"),
        ]
    )

    package static let userInvitations = StoredTable(
        "user_invitations",
        ids + [
            .integer("user", to: "users"), .bytes("digest"), .text("permissions"), .integer("created_at"),
        ]
    )

    package static let connections = StoredTable(
        "connections",
        document + [.integer("is_restricted"), .optionalInteger("last_used_at")]
    )

    package static let connectionSettings = StoredTable("connection_settings", documentColumns(below: "connections"))

    package static let restrictionBindings = StoredTable(
        "restriction_bindings",
        keyLength: 3,
        [.integer("connection", to: "connections"), .text("principal"), .text("relation"), .integer("position")]
    )

    package static let awsAccounts = StoredTable("aws_accounts", document)

    package static let ccmConfigs = StoredTable("ccm_configs", documentColumns(below: "aws_accounts"))

    package static let broughtExternalIDs = StoredTable(
        "brought_external_ids",
        [.integer("account", to: "aws_accounts"), .integer("organization", to: "organizations"), .text("id")]
    )

    package static let externalIDs = StoredTable(
        "external_ids",
        [.text("id"), .integer("organization", to: "organizations")]
    )

    package static let eventBridges = StoredTable("event_bridges", document)

    package static let tokenIssuers = StoredTable("token_issuers", document)

    package static let personaMappings = StoredTable("persona_mappings", document)

    package static let auditWebhooks = StoredTable("audit_webhooks", document + [.integer("delivered")])

    package static let masterKeys = StoredTable("master_keys", [.text("id")])

    package static let serverKeys = StoredTable(
        "server_keys",
        [.text("name"), .text("master_key_id"), .bytes("bytes")]
    )

    package static let sealedSecrets = StoredTable(
        "sealed_secrets",
        [.integer("document"), .integer("kind"), .text("master_key_id"), .bytes("bytes")],
        conditionalReferences: DocumentKind.allCases.map(\.table).filter(\.holdsSecrets).map { table in
            Reference(column: "document", table: table.name, condition: ("kind", table.number))
        }
    )

    /// Its key is the place of an event: the ordinal of its organisation before 40 bits of its sequence.
    package static let auditLog = StoredTable("audit_log", [.integer("place"), .text("event"), .integer("time")])

    /// An id in two halves, of which the first is the key, and the organisation.
    private static let ids: [Declaration] = [
        .integer("key"), .integer("low"), .integer("organization", to: "organizations"),
    ]

    private static let document = documentColumns(below: nil)

    /// The columns of documents of one kind; those of a parent's have its key.
    private static func documentColumns(below parent: String?) -> [Declaration] {
        [
            .integer("key", to: parent), .integer("low"), .integer("organization", to: "organizations"),
            .text("document"), .integer("document_version"), .integer("revision"), .integer("owner", to: "users"),
            .text("name"), .text("category"),
        ]
    }
}

extension DocumentKind {
    package var storedTable: StoredTable {
        switch self {
        case .connection: .connections
        case .awsAccount: .awsAccounts
        case .ccmConfig: .ccmConfigs
        case .connectionSettings: .connectionSettings
        case .eventBridge: .eventBridges
        case .tokenIssuer: .tokenIssuers
        case .personaMapping: .personaMappings
        case .auditWebhook: .auditWebhooks
        }
    }
}
