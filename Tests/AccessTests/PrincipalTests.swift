import Access
import Documents
import Testing

/// Records of one organisation, from which each test departs in one point.
enum Sample {
    static let organization = Identifier(high: 1, low: 1)
    static let otherOrganization = Identifier(high: 1, low: 2)
    static let user = Identifier(high: 2, low: 1)
    static let otherUser = Identifier(high: 2, low: 2)
    static let time = Timestamp(microseconds: 1_795_183_509_000_120)
    static let digest = KeyDigest(words: [1, 2, 3, 4])

    static func apiKey(of organization: Identifier = organization) -> APIKey {
        APIKey(
            id: Identifier(high: 3, low: 1),
            organization: organization,
            name: "API key",
            digest: digest,
            last4: "abcd",
            createdAt: time
        )
    }

    static func applicationKey(
        of organization: Identifier = organization,
        owner: Identifier = user,
        scopes: [String]? = nil,
        isRegistered: Bool = true
    ) -> ApplicationKey {
        ApplicationKey(
            id: Identifier(high: 4, low: 1),
            organization: organization,
            owner: owner,
            name: "Application key",
            digest: digest,
            last4: "abcd",
            scopes: scopes,
            isRegistered: isRegistered,
            createdAt: time
        )
    }

    static func user(
        of organization: Identifier = organization,
        isDisabled: Bool = false,
        roles: [Identifier] = [Role.standard.id]
    ) -> User {
        User(
            id: user,
            organization: organization,
            handle: "someone@example.com",
            isDisabled: isDisabled,
            roles: roles,
            createdAt: time
        )
    }
}

@Suite("A principal")
struct PrincipalTests {
    private func permissions(scopes: [String]?, roles: [Role] = [.standard]) throws -> PermissionSet {
        let principal = Principal(
            apiKey: Sample.apiKey(),
            applicationKey: Sample.applicationKey(scopes: scopes),
            user: Sample.user(roles: roles.map(\.id))
        )
        return try #require(principal).permissions
    }

    @Test("is who owns the application key, in the organisation of both keys")
    func identity() throws {
        let principal = try #require(
            Principal(apiKey: Sample.apiKey(), applicationKey: Sample.applicationKey(), user: Sample.user())
        )
        #expect(principal.organization == Sample.organization)
        #expect(principal.user == Sample.user)
        #expect(principal.proof == .keys(api: Sample.apiKey().id, application: Sample.applicationKey().id))
        #expect(principal.credential == Sample.applicationKey().id)
    }

    @Test("may do what roles of the organisation's own allow, if they are the owner's")
    func ownRoles() throws {
        func own(_ number: UInt64, _ given: PermissionSet, of organization: Identifier = Sample.organization) -> OwnRole
        {
            OwnRole(
                id: Identifier(high: 5, low: number),
                organization: organization,
                name: "\(number)",
                given: given,
                createdAt: Sample.time
            )
        }
        let roles = [
            own(1, [.auditLogsRead]), own(2, [.apiKeysRead]), own(3, .all), own(4, .all, of: Sample.otherOrganization),
        ]
        func permissions(scopes: [String]? = nil, roles ids: [Identifier]) throws -> PermissionSet {
            try #require(
                Principal(
                    apiKey: Sample.apiKey(),
                    applicationKey: Sample.applicationKey(scopes: scopes),
                    user: Sample.user(roles: ids),
                    ownRoles: roles
                )
            ).permissions
        }
        let ids = [roles[0].id, roles[1].id, roles[3].id]
        #expect(try permissions(roles: ids) == [.auditLogsRead, .apiKeysRead])
        #expect(try permissions(scopes: ["api_keys_read", "api_keys_write"], roles: ids) == [.apiKeysRead])
        #expect(try permissions(roles: [Role.readOnly.id, roles[0].id]).contains(.connectionsRead))
        #expect(try permissions(roles: [Identifier(high: 0, low: 0)]) == [])
    }

    @Test("is registered when its application key is", arguments: [true, false])
    func registration(_ isRegistered: Bool) throws {
        let key = Sample.applicationKey(isRegistered: isRegistered)
        let principal = try #require(Principal(apiKey: Sample.apiKey(), applicationKey: key, user: Sample.user()))
        #expect(principal.isRegistered == isRegistered)
    }

    @Test(
        "is nobody when the records do not belong together",
        arguments: [
            (
                "an API key of another organisation", Sample.apiKey(of: Sample.otherOrganization),
                Sample.applicationKey(), Sample.user()
            ),
            (
                "an application key of another organisation", Sample.apiKey(),
                Sample.applicationKey(of: Sample.otherOrganization), Sample.user()
            ),
            (
                "a user of another organisation", Sample.apiKey(),
                Sample.applicationKey(), Sample.user(of: Sample.otherOrganization)
            ),
            (
                "both keys of another organisation than the user", Sample.apiKey(of: Sample.otherOrganization),
                Sample.applicationKey(of: Sample.otherOrganization), Sample.user()
            ),
            (
                "an application key of another user", Sample.apiKey(),
                Sample.applicationKey(owner: Sample.otherUser), Sample.user()
            ),
            (
                "a disabled user", Sample.apiKey(),
                Sample.applicationKey(), Sample.user(isDisabled: true)
            ),
        ]
    )
    func refuses(_ what: String, apiKey: APIKey, applicationKey: ApplicationKey, user: User) {
        #expect(Principal(apiKey: apiKey, applicationKey: applicationKey, user: user) == nil)
    }

    @Test("may do all that the owner's roles allow when the key has no scopes", arguments: [nil, []] as [[String]?])
    func unscoped(_ scopes: [String]?) throws {
        #expect(try permissions(scopes: scopes) == Role.standard.permissions)
        #expect(try permissions(scopes: scopes, roles: []) == [])
    }

    @Test(
        "may do what roles and scopes both allow",
        arguments: [
            (["connections_read"], [.connectionsRead]),
            (["connections_read", "connections_write"], [.connectionsRead, .connectionsWrite]),
            (["connection_write"], [.connectionsWrite]),
            (["connection_write", "connections_write"], [.connectionsWrite]),
            (["audit_logs_read"], []),
            (["dashboards_read"], []),
            (["dashboards_read", "connections_resolve"], [.connectionsResolve]),
            ([""], []),
        ] as [([String], PermissionSet)]
    )
    func scoped(_ scopes: [String], permissions: PermissionSet) throws {
        #expect(try self.permissions(scopes: scopes) == permissions)
    }
}

@Suite("An application key")
struct ApplicationKeyTests {
    @Test("keeps scopes that nobody knows", arguments: [["dashboards_read"], ["connections_read", "x"]])
    func keepsScopes(_ scopes: [String]) {
        #expect(Sample.applicationKey(scopes: scopes).scopes == scopes)
    }

    @Test("with an empty list of scopes has none")
    func emptyScopes() {
        #expect(Sample.applicationKey(scopes: []).scopes == nil)
    }
}
