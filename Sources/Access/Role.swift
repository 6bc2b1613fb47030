package import Documents

/// A named set of permissions. Every organisation has the three shipped roles.
package struct Role: Sendable {
    package let id: Identifier
    package let name: String
    package let permissions: PermissionSet
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

    /// The role of that id, or `nil` if there is none.
    package static func shipped(_ id: Identifier) -> Role? {
        shipped.first { $0.id == id }
    }

    /// What a key of a user with those roles may do: what they and its scopes both allow. An unscoped key (`nil`) may
    /// do all that its owner may.
    package static func permissions(of roles: [Identifier], scopes: [String]?) -> PermissionSet {
        let granted = permissions(of: roles)
        guard let scopes else { return granted }
        return granted.intersection(PermissionSet(scopes.compactMap(Permission.init(scope:))))
    }

    /// The permissions that the roles of those ids grant together; an unknown id grants nothing.
    package static func permissions(of roles: [Identifier]) -> PermissionSet {
        shipped.reduce([]) { roles.contains($1.id) ? $0.union($1.permissions) : $0 }
    }
}
