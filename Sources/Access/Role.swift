package import Documents

/// A named set of permissions: one of the three that every organisation has, or one of an organisation's own.
package struct Role: Sendable, Equatable {
    package let id: Identifier
    package let name: String
    package let permissions: PermissionSet
    /// `nil` of a shipped role.
    package let own: OwnRole?

    fileprivate init(id: Identifier, name: String, permissions: PermissionSet) {
        self.id = id
        self.name = name
        self.permissions = permissions
        own = nil
    }

    package init(_ own: OwnRole) {
        id = own.id
        name = own.name
        permissions = own.permissions
        self.own = own
    }
}

extension Role {
    package static let admin = Role(
        id: Identifier(high: 0x0000_0000_0000_4000, low: 0x8000_0000_0000_0001),
        name: "Datadog Admin Role",
        permissions: .all
    )

    package static let standard = Role(
        id: Identifier(high: 0x0000_0000_0000_4000, low: 0x8000_0000_0000_0002),
        name: "Datadog Standard Role",
        permissions: readOnly.permissions.union([.connectionsWrite, .connectionsResolve, .awsConfigurationEdit])
    )

    package static let readOnly = Role(
        id: Identifier(high: 0x0000_0000_0000_4000, low: 0x8000_0000_0000_0003),
        name: "Datadog Read Only Role",
        permissions: [.connectionsRead, .awsConfigurationRead, .userAppKeys]
    )

    /// The roles that exist in every organisation.
    package static let shipped = [admin, standard, readOnly]

    /// The shipped role of that id, or `nil` if there is none.
    package static func shipped(_ id: Identifier) -> Role? {
        shipped.first { $0.id == id }
    }

    /// Intersects the permissions of the roles with the key's scopes. An unscoped key (`nil`) may do all that its owner
    /// may.
    package static func permissions(of roles: [Role], scopes: [String]?) -> PermissionSet {
        let granted = permissions(of: roles)
        guard let scopes else { return granted }
        return granted.intersection(PermissionSet(scopes.compactMap(Permission.init(scope:))))
    }

    /// The permissions that the roles grant together.
    package static func permissions(of roles: [Role]) -> PermissionSet {
        roles.reduce([]) { $0.union($1.permissions) }
    }
}
