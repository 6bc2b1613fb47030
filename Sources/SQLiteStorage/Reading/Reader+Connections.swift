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

    func lastUse(ofConnection id: Identifier, in organization: Identifier) throws(SQLiteError) -> Timestamp? {
        guard let organization = try ordinal(of: organization) else { return nil }
        let statements = statements.connections
        try bind(id, organization, to: statements.lastUse)
        defer { statements.lastUse.reset() }
        return try statements.lastUse.step() ? statements.lastUse.optionalTimestamp(0) : nil
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

    /// By SQL alone, which looks at each name: while the index of names is not ready, for lists without pages, and
    /// where the index was overtaken by changes again and again.
    func connections(
        visibleTo principal: Principal,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(SQLiteError) -> PageOf<[UInt8]> {
        guard let organization = try ordinal(of: principal.organization) else { return .empty }
        let statements = statements.connections
        guard try hasRestrictions(organization) else {
            return try documents(.connection, in: principal.organization, matching: filter, page: page)
        }
        let total = try count(statements.countAll, organization, visibleTo: principal)
        var totalFiltered = total
        if filter != DocumentFilter() {
            try bind(filter, to: statements.countFiltered)
            totalFiltered = try count(statements.countFiltered, organization, visibleTo: principal)
        }
        try statements.list.bind(1, organization)
        try bind(filter, to: statements.list)
        try statements.list.bind(7, text: principal.names)
        let (documents, end) = try self.documents(of: statements.list, page)
        return PageOf(elements: documents, total: total, totalFiltered: totalFiltered, end: end)
    }

    private func count(
        _ statement: borrowing Statement,
        _ organization: Int64,
        visibleTo principal: Principal
    ) throws(SQLiteError) -> Int {
        try statement.bind(7, text: principal.names)
        return try count(statement, organization)
    }

    private func hasRestrictions(_ organization: Int64) throws(SQLiteError) -> Bool {
        try statements.connections.restricted.bind(1, organization)
        return try statements.connections.restricted.hasRow()
    }

    /// The keys of the connections that are kept from a principal (from nobody, if `nil`), after a look at each of the
    /// organisation's restricted connections.
    func connectionsHidden(from principal: Principal?, in organization: Int64) throws(SQLiteError) -> Set<Int64> {
        guard let principal, try hasRestrictions(organization) else { return [] }
        let statement = statements.connections
        try statement.hidden.bind(1, organization)
        try statement.hidden.bind(2, text: principal.names)
        defer { statement.hidden.reset() }
        var keys: Set<Int64> = []
        while try statement.hidden.step() { keys.insert(statement.hidden.integer(0)) }
        return keys
    }

    /// The documents of connections that the index of names told of, and the place of the last one; `nil` if one is not
    /// what the index took it for.
    func connections(
        _ elements: [NameElement],
        in organization: Int64,
        category: String?
    ) throws(SQLiteError) -> (documents: [[UInt8]], end: ListPosition?)? {
        let statement = statements.connections
        var documents: [[UInt8]] = []
        var end: ListPosition?
        defer { statement.listed.reset() }
        for element in elements {
            try statement.listed.bind(1, element.key)
            try statement.listed.bind(2, organization)
            guard try statement.listed.step(), statement.listed.bytes(1) == element.name,
                category == nil || statement.listed.text(2) == category
            else { return nil }
            documents.append(statement.listed.bytes(0))
            end = ListPosition(
                .text(statement.listed.text(1)),
                Identifier(key: element.key, lowBits: statement.listed.integer(3))
            )
            statement.listed.reset()
        }
        return (documents, end)
    }
}

extension Principal {
    /// The names that policies know the principal by, as a list in JSON.
    fileprivate var names: String { "[\(subjects.map { "\"\($0)\"" }.joined(separator: ","))]" }
}
