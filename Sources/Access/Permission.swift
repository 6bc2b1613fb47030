/// Something that a role may allow, by Datadog's name for it.
package enum Permission: String, Sendable, CaseIterable {
    case connectionsRead = "connections_read"
    case connectionsWrite = "connections_write"
    case connectionsResolve = "connections_resolve"
    /// Ours: to change where a connection's stored secrets are sent.
    case connectionsRedirect = "connections_redirect"
    case awsConfigurationRead = "aws_configuration_read"
    case awsConfigurationEdit = "aws_configuration_edit"
    case awsConfigurationsManage = "aws_configurations_manage"
    case userAppKeys = "user_app_keys"
    case orgAppKeysRead = "org_app_keys_read"
    case orgAppKeysWrite = "org_app_keys_write"
    case apiKeysRead = "api_keys_read"
    case apiKeysWrite = "api_keys_write"
    case apiKeysDelete = "api_keys_delete"
    case userAccessManage = "user_access_manage"
    case userAccessInvite = "user_access_invite"
    case serviceAccountWrite = "service_account_write"
    case auditLogsRead = "audit_logs_read"
    case integrationsRead = "integrations_read"
    case manageIntegrations = "manage_integrations"
    /// Ours: to name issuers whose tokens stand for service accounts.
    case tokenIssuersManage = "token_issuers_manage"
    /// Ours: to have audit events sent elsewhere.
    case auditWebhooksManage = "audit_webhooks_manage"
    /// Ours: to loosen or remove rules that keep acts from being done.
    case connectionsRulesLoosen = "connections_rules_loosen"

    /// The permission that a scope of an application key names, or `nil` for a scope that grants nothing here.
    ///
    /// `connection_write` is the reference page's spelling of `connections_write`; both are read.
    package init?(scope: String) {
        self.init(rawValue: scope == "connection_write" ? "connections_write" : scope)
    }
}

/// A set of permissions.
package struct PermissionSet: Sendable, Equatable, ExpressibleByArrayLiteral {
    private var bits: UInt32 = 0

    package init(_ permissions: some Sequence<Permission>) {
        for permission in permissions { bits |= Self.bit(permission) }
    }

    package init(arrayLiteral elements: Permission...) {
        self.init(elements)
    }

    package static let all = PermissionSet(Permission.allCases)

    package func contains(_ permission: Permission) -> Bool {
        bits & Self.bit(permission) != 0
    }

    package func union(_ other: PermissionSet) -> PermissionSet {
        var result = self
        result.bits |= other.bits
        return result
    }

    /// The permissions that the other set lacks.
    package func subtracting(_ other: PermissionSet) -> PermissionSet {
        var result = self
        result.bits &= ~other.bits
        return result
    }

    /// The members, in the order of their declaration.
    package var members: [Permission] { Permission.allCases.filter(contains) }

    package func intersection(_ other: PermissionSet) -> PermissionSet {
        var result = self
        result.bits &= other.bits
        return result
    }

    private static func bit(_ permission: Permission) -> UInt32 {
        // The position among all cases; a switch over 19 names would say the same at greater length.
        1 << UInt32(positions[permission] ?? 31)
    }

    private static let positions = Dictionary(
        uniqueKeysWithValues: zip(Permission.allCases, 0...)
    )
}
