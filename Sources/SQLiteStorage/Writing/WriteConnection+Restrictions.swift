import Access
import Documents
import Storage

extension WriteConnection {
    func setPolicy(
        _ policy: RestrictionPolicy?,
        of connection: Identifier,
        in organization: Identifier,
        expecting revision: Int64
    ) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization) else { return .refused(.missing) }
        let statements = statements.restrictions
        try bind(connection, organization, to: statements.mark)
        try statements.mark.bind(4, policy != nil)
        try statements.mark.bind(5, revision)
        guard try statements.mark.run() == 1 else {
            let isThere = try self.revision(of: .connection, connection, organization) != nil
            return .refused(isThere ? .conflict : .missing)
        }
        try statements.deleteBindings.bind(1, connection.key)
        try statements.deleteBindings.run()
        var position: Int64 = 0
        for binding in policy?.bindings ?? [] {
            for principal in binding.principals {
                try statements.insertBinding.bind(1, connection.key)
                try statements.insertBinding.bind(2, text: principal.description)
                try statements.insertBinding.bind(3, text: binding.relation.rawValue)
                try statements.insertBinding.bind(4, position)
                try statements.insertBinding.run()
                position += 1
            }
        }
        return .changed
    }
}
