package import Documents

/// A permission as people see it.
package struct PermissionFacts: Sendable {
    /// Whether a permission lets one see things or change them.
    package enum Kind: String, Sendable {
        case read, write
    }

    package let displayName: String
    /// One phrase: what it allows.
    package let help: String
    package let group: String
    package let kind: Kind
    /// The last part of the permission's id. A number is never given to another permission.
    fileprivate let number: UInt64

    fileprivate init(_ number: UInt64, _ kind: Kind, _ group: String, _ displayName: String, _ help: String) {
        self.number = number
        self.kind = kind
        self.group = group
        self.displayName = displayName
        self.help = help
    }
}

extension Permission {
    /// The permission of that id, or `nil` if there is none.
    package init?(id: Identifier) {
        guard let permission = Self.allCases.first(where: { $0.id == id }) else { return nil }
        self = permission
    }

    /// The same in every organisation and every version.
    package var id: Identifier {
        Identifier(high: 0x0000_0000_0000_4000, low: 0x8000_0000_0001_0000 | facts.number)
    }

    package var facts: PermissionFacts {
        switch self {
        case .connectionsRead:
            .init(1, .read, "Action Connections", "Connections Read", "List and view connections")
        case .connectionsWrite:
            .init(2, .write, "Action Connections", "Connections Write", "Create, change and delete connections")
        case .connectionsResolve:
            .init(3, .write, "Action Connections", "Connections Resolve", "Act through connections")
        case .connectionsRedirect:
            .init(
                4,
                .write,
                "Action Connections",
                "Connections Redirect",
                "Change where a connection's stored secrets are sent"
            )
        case .awsConfigurationRead:
            .init(5, .read, "AWS Integration", "AWS Configuration Read", "View the configurations of AWS accounts")
        case .awsConfigurationEdit:
            .init(
                6,
                .write,
                "AWS Integration",
                "AWS Configuration Edit",
                "Change the configurations of AWS accounts, but not add or remove them"
            )
        case .awsConfigurationsManage:
            .init(
                7,
                .write,
                "AWS Integration",
                "AWS Configurations Manage",
                "Add and remove the configurations of AWS accounts"
            )
        case .userAppKeys:
            .init(8, .write, "API and Application Keys", "User App Keys", "Manage one's own application keys")
        case .orgAppKeysRead:
            .init(
                9,
                .read,
                "API and Application Keys",
                "Org App Keys Read",
                "View the application keys of all users"
            )
        case .orgAppKeysWrite:
            .init(
                10,
                .write,
                "API and Application Keys",
                "Org App Keys Write",
                "Change and delete the application keys of all users"
            )
        case .apiKeysRead:
            .init(11, .read, "API and Application Keys", "API Keys Read", "List and view API keys")
        case .apiKeysWrite:
            .init(12, .write, "API and Application Keys", "API Keys Write", "Create and change API keys")
        case .apiKeysDelete:
            .init(13, .write, "API and Application Keys", "API Keys Delete", "Delete API keys")
        case .userAccessManage:
            .init(
                14,
                .write,
                "Access Management",
                "User Access Manage",
                "Change and disable users, and give and take roles"
            )
        case .userAccessInvite:
            .init(15, .write, "Access Management", "User Access Invite", "Add users")
        case .serviceAccountWrite:
            .init(
                16,
                .write,
                "Access Management",
                "Service Account Write",
                "Create service accounts, and manage their application keys"
            )
        case .auditLogsRead:
            .init(17, .read, "Compliance", "Audit Logs Read", "View the audit log")
        case .integrationsRead:
            .init(18, .read, "Integrations", "Integrations Read", "View event sources of Amazon EventBridge")
        case .manageIntegrations:
            .init(
                19,
                .write,
                "Integrations",
                "Manage Integrations",
                "Add and remove event sources of Amazon EventBridge"
            )
        case .tokenIssuersManage:
            .init(
                20,
                .write,
                "Access Management",
                "Token Issuers Manage",
                "View, add and remove issuers of tokens by which workloads act as service accounts"
            )
        case .auditWebhooksManage:
            .init(
                21,
                .write,
                "Compliance",
                "Audit Webhooks Manage",
                "View, add, change and remove the webhooks that audit events are sent to"
            )
        case .connectionsRulesLoosen:
            .init(
                22,
                .write,
                "Action Connections",
                "Connections Rules Loosen",
                "Loosen and remove rules that keep acts through connections from being done"
            )
        }
    }
}
