import Access
import Documents
import Storage

extension WriteConnection {
    func create(_ role: OwnRole) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: role.organization) else { return .refused(.missing) }
        let statements = statements.roles
        try bind(role, organization, to: statements.insert)
        try statements.insert.bind(9, role.createdAt.microseconds)
        if try statements.insert.run() == 1 { return .changed }
        try statements.keyExists.bind(1, role.id.key)
        return .refused(try statements.keyExists.hasRow() ? .conflict : .duplicate)
    }

    func update(_ role: OwnRole) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: role.organization) else { return .refused(.missing) }
        let statements = statements.roles
        try bind(role, organization, to: statements.update)
        try statements.update.bind(9, role.revision)
        if try statements.update.run() == 1 { return .changed }
        return .refused(try refusal(of: role.accessRevision, organization))
    }

    func deleteRole(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> Effect {
        let statements = statements.roles
        guard case .changed = try delete(id, in: organization, by: statements.delete) else {
            return .refused(.missing)
        }
        // No role has the id of one of another organisation, so what names it is of this one.
        try statements.markUsers.bind(1, text: id.description)
        try statements.markUsers.run()
        try statements.takeFromUsers.bind(1, text: id.description)
        try statements.takeFromUsers.run()
        let name = RestrictionPolicy.Subject.role(id).description
        try statements.markPolicies.bind(1, text: name)
        try statements.markPolicies.run()
        try statements.takeFromPolicies.bind(1, text: name)
        try statements.takeFromPolicies.run()
        return .changed
    }

    private func bind(
        _ role: OwnRole,
        _ organization: Int64,
        to statement: borrowing Statement
    ) throws(SQLiteError) {
        try bind(role.id, organization, to: statement)
        try statement.bind(4, text: role.name)
        try statement.bind(5, text: role.given.names)
        try statement.bind(6, text: role.source?.role.description)
        try statement.bind(7, text: role.source?.known.names)
        try statement.bind(8, role.modifiedAt.microseconds)
    }
}
