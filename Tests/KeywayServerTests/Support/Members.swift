import ActService
import Access
import Documents
import KeywayServer
import SQLiteStorage
import Storage
import Testing

/// A pair of keys, and whom they belong to.
struct Keys: Sendable {
    var api: String
    var application: String
    let applicationKey: Identifier
    let user: Identifier

    var headers: [(name: String, value: String)] {
        [("DD-API-KEY", api), ("DD-APPLICATION-KEY", application)]
    }
}

extension Fixture {
    /// Adds a user with a pair of keys.
    func member(
        _ roles: [Role],
        scopes: [String]? = nil,
        isRegistered: Bool = true,
        isDisabled: Bool = false,
        isServiceAccount: Bool = false,
        of organization: Identifier? = nil
    ) async throws -> Keys {
        try await Self.createMember(
            of: organization ?? self.organization,
            roles: roles,
            scopes: scopes,
            isRegistered: isRegistered,
            isDisabled: isDisabled,
            isServiceAccount: isServiceAccount,
            in: sqlite
        )
    }

    /// Adds a role of the organisation's own.
    func ownRole(
        _ given: PermissionSet,
        name: String? = nil,
        of organization: Identifier? = nil
    ) async throws -> OwnRole {
        let id = Self.ids.next()
        let role = OwnRole(
            id: id,
            organization: organization ?? self.organization,
            name: name ?? "Role \(id)",
            given: given,
            createdAt: .now
        )
        try #require(try await sqlite.commit(Change([.createRole(role)], event: nil)) == .committed)
        return role
    }

    /// Adds an organisation with an admin.
    func stranger() async throws -> Keys {
        try await member([.admin], of: try await Self.createOrganization(in: sqlite))
    }

    static func createOrganization(in store: some ChangeStore) async throws -> Identifier {
        let organization = Organization(id: ids.next(), name: "Test", createdAt: .now)
        try #require(try await store.commit(Change([.createOrganization(organization)], event: nil)) == .committed)
        return organization.id
    }

    static func createMember(
        of organization: Identifier,
        roles: [Role],
        scopes: [String]? = nil,
        isRegistered: Bool = true,
        isDisabled: Bool = false,
        isServiceAccount: Bool = false,
        in store: some ChangeStore
    ) async throws -> Keys {
        let keys = Keys(
            api: KeyText.apiKey(),
            application: KeyText.applicationKey(),
            applicationKey: ids.next(),
            user: ids.next()
        )
        let user = User(
            id: keys.user,
            organization: organization,
            handle: "user-\(keys.user)",
            isServiceAccount: isServiceAccount,
            isDisabled: isDisabled,
            roles: roles.map(\.id),
            createdAt: .now
        )
        let apiKey = APIKey(
            id: ids.next(),
            organization: organization,
            name: "API key",
            digest: KeyDigest(of: keys.api),
            last4: String(keys.api.suffix(4)),
            createdAt: .now
        )
        let applicationKey = ApplicationKey(
            id: keys.applicationKey,
            organization: organization,
            owner: keys.user,
            name: "Application key",
            digest: KeyDigest(of: keys.application),
            last4: String(keys.application.suffix(4)),
            scopes: scopes,
            isRegistered: isRegistered,
            createdAt: .now
        )
        let change = Change(
            [.createUser(user), .createAPIKey(apiKey), .createApplicationKey(applicationKey)],
            event: nil
        )
        try #require(try await store.commit(change) == .committed)
        return keys
    }
}
