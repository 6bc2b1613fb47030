import Access
import Documents
import Testing

/// The permissions of the shipped roles: A for admin, S for standard, R for read only.
private let matrix: [(permission: String, roles: String)] = [
    ("connections_read", "A S R"),
    ("aws_configuration_read", "A S R"),
    ("user_app_keys", "A S R"),
    ("connections_write", "A S"),
    ("connections_resolve", "A S"),
    ("aws_configuration_edit", "A S"),
    ("connections_redirect", "A"),
    ("aws_configurations_manage", "A"),
    ("org_app_keys_read", "A"),
    ("org_app_keys_write", "A"),
    ("api_keys_read", "A"),
    ("api_keys_write", "A"),
    ("api_keys_delete", "A"),
    ("user_access_manage", "A"),
    ("user_access_invite", "A"),
    ("service_account_write", "A"),
    ("audit_logs_read", "A"),
    ("integrations_read", "A"),
    ("manage_integrations", "A"),
    ("token_issuers_manage", "A"),
    ("audit_webhooks_manage", "A"),
    ("connections_rules_loosen", "A"),
]

@Suite("A shipped role")
struct RoleTests {
    @Test("allows what the matrix says", arguments: matrix)
    func allows(_ name: String, roles: String) throws {
        let permission = try #require(Permission(rawValue: name))
        #expect(Role.admin.permissions.contains(permission) == roles.contains("A"))
        #expect(Role.standard.permissions.contains(permission) == roles.contains("S"))
        #expect(Role.readOnly.permissions.contains(permission) == roles.contains("R"))
    }

    @Test("is measured by all permissions that there are")
    func matrixIsComplete() {
        #expect(Set(Permission.allCases.map(\.rawValue)) == Set(matrix.map(\.permission)))
    }

    @Test(
        "has the reference's name and an id that never changes",
        arguments: zip(
            Role.shipped,
            [
                ("Datadog Admin Role", "00000000-0000-4000-8000-000000000001"),
                ("Datadog Standard Role", "00000000-0000-4000-8000-000000000002"),
                ("Datadog Read Only Role", "00000000-0000-4000-8000-000000000003"),
            ]
        )
    )
    func identity(_ role: Role, expected: (name: String, id: String)) {
        #expect(role.name == expected.name)
        #expect(role.id.description == expected.id)
    }

    @Test("adds its permissions to those of others")
    func union() {
        #expect(Role.permissions(of: [.readOnly, .standard]) == Role.standard.permissions)
        #expect(Role.permissions(of: []) == [])
    }
}

@Suite("A role of one's own")
struct OwnRoleTests {
    private func role(given: PermissionSet, source: OwnRole.Source? = nil) -> OwnRole {
        OwnRole(
            id: Identifier(high: 5, low: 1),
            organization: Sample.organization,
            name: "Auditors",
            given: given,
            source: source,
            createdAt: Sample.time
        )
    }

    @Test("grants what it was given")
    func given() {
        let role = Role(role(given: [.auditLogsRead]))
        #expect(role.permissions == [.auditLogsRead])
        #expect(role.name == "Auditors")
    }

    @Test("gets nothing of the shipped role that it receives permissions from, but what a later version adds to that")
    func source() {
        #expect(role(given: [.auditLogsRead], source: .init(.standard)).permissions == [.auditLogsRead])
        let older = OwnRole.Source(role: Role.readOnly.id, known: [.connectionsRead, .userAppKeys])
        #expect(role(given: [.auditLogsRead], source: older).permissions == [.auditLogsRead, .awsConfigurationRead])
        let unknown = OwnRole.Source(role: Sample.user, known: [])
        #expect(role(given: [.auditLogsRead], source: unknown).permissions == [.auditLogsRead])
    }
}

@Suite("A set of permissions")
struct PermissionSetTests {
    @Test("holds each permission by itself", arguments: Permission.allCases)
    func holds(_ permission: Permission) {
        let set: PermissionSet = [permission]
        #expect(Permission.allCases.filter(set.contains) == [permission])
        #expect(PermissionSet.all.contains(permission))
    }

    @Test("is united and intersected as sets are")
    func algebra() {
        let left: PermissionSet = [.connectionsRead, .connectionsWrite]
        let right: PermissionSet = [.connectionsWrite, .auditLogsRead]
        #expect(left.union(right) == [.connectionsRead, .connectionsWrite, .auditLogsRead])
        #expect(left.intersection(right) == [.connectionsWrite])
        #expect(left.intersection([]) == [])
    }
}

@Suite("A scope")
struct ScopeTests {
    @Test("names the permission of the same name", arguments: Permission.allCases)
    func names(_ permission: Permission) {
        #expect(Permission(scope: permission.rawValue) == permission)
    }

    @Test("may be spelled as the reference page spells it")
    func alias() {
        #expect(Permission(scope: "connection_write") == .connectionsWrite)
    }

    @Test(
        "of any other name grants nothing",
        arguments: ["", "dashboards_read", "connection_read", "Connections_Read", "connections_read ", "*"]
    )
    func unknown(_ scope: String) {
        #expect(Permission(scope: scope) == nil)
    }
}
