package import Documents

/// A role that an organisation made for itself.
package struct OwnRole: Sendable, Equatable {
    /// A shipped role, whose further permissions another role gets too.
    package struct Source: Sendable, Equatable {
        package let role: Identifier
        /// The permissions of the shipped role when those of the other were set last: what a later version adds to
        /// these is inherited.
        package let known: PermissionSet

        package init(role: Identifier, known: PermissionSet) {
            self.role = role
            self.known = known
        }

        /// The shipped role as it is now: nothing of it is inherited, except what a later version adds.
        package init(_ role: Role) {
            self.init(role: role.id, known: role.permissions)
        }

        fileprivate var added: PermissionSet { Role.shipped(role)?.permissions.subtracting(known) ?? [] }
    }

    package let id: Identifier
    package let organization: Identifier
    /// No other role of the organisation has it.
    package var name: String
    /// The permissions that were given to it.
    package var given: PermissionSet
    package var source: Source?
    package let createdAt: Timestamp
    package var modifiedAt: Timestamp
    /// Rises with every change: an update names the one that it was made from.
    package var revision: Int64 = 1

    package init(
        id: Identifier,
        organization: Identifier,
        name: String,
        given: PermissionSet,
        source: Source? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.organization = organization
        self.name = name
        self.given = given
        self.source = source
        self.createdAt = createdAt
        modifiedAt = createdAt
    }

    /// The permissions that it grants: those given, and those inherited.
    package var permissions: PermissionSet { given.union(source?.added ?? []) }
}
