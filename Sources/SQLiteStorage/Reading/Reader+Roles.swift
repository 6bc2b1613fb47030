import Access
import Documents
import Storage

extension Reader {
    func ownRole(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> OwnRole? {
        guard let ordinal = try ordinal(of: organization) else { return nil }
        let statement = statements.ownRoles
        try bind(id, ordinal, to: statement.role)
        defer { statement.role.reset() }
        return try statement.role.step() ? try ownRole(from: statement.role, in: organization) : nil
    }

    func ownRoles(in organization: Identifier) throws(SQLiteError) -> [OwnRole] {
        guard let ordinal = try ordinal(of: organization) else { return [] }
        let statement = statements.ownRoles
        try statement.all.bind(1, ordinal)
        defer { statement.all.reset() }
        var roles: [OwnRole] = []
        while try statement.all.step() { roles.append(try ownRole(from: statement.all, in: organization)) }
        return roles
    }

    private func ownRole(
        from statement: borrowing Statement,
        in organization: Identifier
    ) throws(SQLiteError) -> OwnRole {
        var source: OwnRole.Source?
        if !statement.isNull(4) {
            source = OwnRole.Source(role: try statement.identifier(4), known: statement.permissions(5))
        }
        var role = OwnRole(
            id: statement.splitIdentifier(0),
            organization: organization,
            name: statement.text(2),
            given: statement.permissions(3),
            source: source,
            createdAt: statement.timestamp(6)
        )
        role.modifiedAt = statement.timestamp(7)
        role.revision = statement.integer(8)
        return role
    }

    func userCounts(in organization: Identifier) throws(SQLiteError) -> [Identifier: Int] {
        guard let ordinal = try ordinal(of: organization) else { return [:] }
        let statement = statements.ownRoles
        try statement.userCounts.bind(1, ordinal)
        defer { statement.userCounts.reset() }
        var counts: [Identifier: Int] = [:]
        while try statement.userCounts.step() {
            counts[try statement.userCounts.identifier(0)] = Int(statement.userCounts.integer(1))
        }
        return counts
    }
}

extension Reader {
    func invitation(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> UserInvitation? {
        guard let ordinal = try ordinal(of: organization) else { return nil }
        try bind(id, ordinal, to: statements.invitation)
        defer { statements.invitation.reset() }
        guard try statements.invitation.step() else { return nil }
        return UserInvitation(
            id: id,
            organization: organization,
            user: statements.invitation.splitIdentifier(0),
            digest: try statements.invitation.digest(2),
            permissions: statements.invitation.permissions(3),
            createdAt: statements.invitation.timestamp(4)
        )
    }
}

extension Statement {
    /// A set of permissions, as ``PermissionSet/names`` writes it. A name that this version does not know grants
    /// nothing.
    fileprivate func permissions(_ column: Int32) -> PermissionSet {
        PermissionSet(names: text(column))
    }
}
