package import Documents

/// The sender of a request, with its permissions.
package struct Principal: Sendable, Equatable {
    package let organization: Identifier
    package let user: Identifier
    /// The user's roles, whatever the key's scopes.
    package let roles: [Identifier]
    package let apiKey: Identifier
    package let applicationKey: Identifier
    /// Whether the application key is registered for connections.
    package let isRegistered: Bool
    /// The permissions that the owner's roles and the key's scopes both grant.
    package let permissions: PermissionSet
    /// The records that all this was read from.
    package let records: [AccessRevision]

    /// The principal of two keys, whose roles may be among `ownRoles`, those of the organisation's own.
    ///
    /// - Returns: `nil` unless all three belong to one organisation, the user owns the application key, and the user
    ///   is not disabled.
    package init?(apiKey: APIKey, applicationKey: ApplicationKey, user: User, ownRoles: [OwnRole] = []) {
        guard
            apiKey.organization == applicationKey.organization, user.organization == applicationKey.organization,
            applicationKey.owner == user.id, !user.isDisabled
        else { return nil }
        organization = apiKey.organization
        self.user = user.id
        roles = user.roles
        self.apiKey = apiKey.id
        self.applicationKey = applicationKey.id
        isRegistered = applicationKey.isRegistered
        let own = ownRoles.filter { $0.organization == user.organization }.map(Role.init)
        let roles = (Role.shipped + own).filter { user.roles.contains($0.id) }
        permissions = Role.permissions(of: roles, scopes: applicationKey.scopes)
        records =
            [apiKey.accessRevision, applicationKey.accessRevision, user.accessRevision] + roles.accessRevisions
    }
}
