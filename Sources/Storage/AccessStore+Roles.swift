package import Access
package import Documents

// Roles, be they shipped or an organisation's own.
extension AccessStore {
    /// The role of that id which the organisation has.
    package func role(_ id: Identifier, in organization: Identifier) throws(StoreError) -> Role? {
        if let shipped = Role.shipped(id) { return shipped }
        return try ownRole(id, in: organization).map(Role.init)
    }

    /// All roles that the organisation has: the shipped ones, then its own.
    package func roles(in organization: Identifier) throws(StoreError) -> [Role] {
        Role.shipped + (try ownRoles(in: organization)).map(Role.init)
    }

    /// The roles that any of those users of an organisation have, each once: shipped ones first.
    package func roles(of users: [User], in organization: Identifier) throws(StoreError) -> [Role] {
        var ids = Set(users.flatMap(\.roles))
        let shipped = Role.shipped.filter { ids.remove($0.id) != nil }
        var own: [Role] = []
        for id in ids.sorted() {
            if let role = try ownRole(id, in: organization) { own.append(Role(role)) }
        }
        return shipped + own
    }

    /// The roles of a user.
    package func roles(of user: User) throws(StoreError) -> [Role] {
        try roles(of: [user], in: user.organization)
    }
}
