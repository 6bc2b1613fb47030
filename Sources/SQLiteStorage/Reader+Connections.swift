import Access
import Documents
import Secrets
import Storage

extension Reader {
    func connection(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> RestrictedConnection? {
        guard let organization = try ordinal(of: organization) else { return nil }
        let statements = statements.connections
        try bind(id, organization, to: statements.connection)
        guard try statements.connection.step() else { return nil }
        defer { statements.connection.reset() }
        return RestrictedConnection(
            document: statements.connection.bytes(0),
            revision: statements.connection.integer(1),
            policy: statements.connection.flag(2) ? try policy(of: id) : nil
        )
    }

    func actingState(of id: Identifier, in organization: Identifier) throws(SQLiteError) -> ActingState? {
        guard let organization = try ordinal(of: organization) else { return nil }
        let statements = statements.connections
        try bind(id, organization, to: statements.acting)
        guard try statements.acting.step() else { return nil }
        defer { statements.acting.reset() }
        return ActingState(
            document: statements.acting.bytes(0),
            revision: statements.acting.integer(1),
            sealed: statements.acting.isNull(4)
                ? nil
                : SealedSecrets(masterKeyID: statements.acting.text(3), bytes: statements.acting.bytes(4)),
            settings: statements.acting.isNull(5)
                ? nil
                : ActingState.Settings(document: statements.acting.bytes(5), revision: statements.acting.integer(6)),
            policy: statements.acting.flag(2) ? try policy(of: id) : nil
        )
    }

    /// The policy of a connection that has one.
    private func policy(of connection: Identifier) throws(SQLiteError) -> RestrictionPolicy {
        let statements = statements.connections
        try statements.bindings.bind(1, connection.key)
        defer { statements.bindings.reset() }
        var bindings: [RestrictionPolicy.Binding] = []
        while try statements.bindings.step() {
            guard let relation = RestrictionPolicy.Relation(rawValue: statements.bindings.text(0)),
                let principal = RestrictionPolicy.Subject(statements.bindings.text(1))
            else { throw .damaged }
            bindings.append(.init(relation, [principal]))
        }
        // Bindings that are gone must not open what they kept.
        guard let policy = RestrictionPolicy(bindings) else { throw .damaged }
        return policy
    }

    /// Costs as much as a list of all documents, where nothing is restricted; else in addition a look at each of the
    /// organisation's restricted connections, and at each name up to the page's end whether it is one of those.
    func connections(
        visibleTo principal: Principal,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(SQLiteError) -> PageOf<[UInt8]> {
        guard let organization = try ordinal(of: principal.organization) else { return .empty }
        let statements = statements.connections
        try statements.restricted.bind(1, organization)
        guard try statements.restricted.hasRow() else {
            return try documents(.connection, in: principal.organization, matching: filter, page: page)
        }
        let names = principal.subjects.map { "\"\($0)\"" }.joined(separator: ",")
        let total = try count(statements.countAll, organization, visibleTo: names)
        var totalFiltered = total
        if filter != DocumentFilter() {
            try bind(filter, to: statements.countFiltered)
            totalFiltered = try count(statements.countFiltered, organization, visibleTo: names)
        }
        try statements.list.bind(1, organization)
        try bind(filter, to: statements.list)
        try bind(page, to: statements.list, at: 5)
        try statements.list.bind(7, text: "[\(names)]")
        return PageOf(elements: try documents(of: statements.list), total: total, totalFiltered: totalFiltered)
    }

    private func count(
        _ statement: borrowing Statement,
        _ organization: Int64,
        visibleTo names: String
    ) throws(SQLiteError) -> Int {
        try statement.bind(7, text: "[\(names)]")
        return try count(statement, organization)
    }
}
