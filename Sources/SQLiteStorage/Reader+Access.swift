import Access
import CSQLite
import Documents
import Storage

extension Reader {
    func apiKey(digest: KeyDigest) throws(SQLiteError) -> APIKey? {
        try statements.apiKey.bind(1, blob: digest.bytes)
        guard try statements.apiKey.step() else { return nil }
        defer { statements.apiKey.reset() }
        return APIKey(
            id: identifier(in: statements.apiKey, at: 0),
            organization: try statements.apiKey.identifier(2),
            name: statements.apiKey.text(3),
            digest: digest,
            last4: statements.apiKey.text(5),
            createdAt: Timestamp(microseconds: statements.apiKey.integer(6))
        )
    }

    func applicationKey(digest: KeyDigest) throws(SQLiteError) -> ApplicationKey? {
        try statements.applicationKeyByDigest.bind(1, blob: digest.bytes)
        return try applicationKey(from: statements.applicationKeyByDigest)
    }

    func applicationKey(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> ApplicationKey? {
        guard let organization = try ordinal(of: organization) else { return nil }
        try bind(id, organization, to: statements.applicationKeyByID)
        return try applicationKey(from: statements.applicationKeyByID)
    }

    private func applicationKey(from statement: borrowing Statement) throws(SQLiteError) -> ApplicationKey? {
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        guard let digest = statement.withBytes(4, { KeyDigest(bytes: $0) }) else { throw .damaged }
        return ApplicationKey(
            id: identifier(in: statement, at: 0),
            organization: try statement.identifier(2),
            owner: identifier(in: statement, at: 7),
            name: statement.text(3),
            digest: digest,
            last4: statement.text(5),
            scopes: statement.flag(9) ? try scopes(ofKey: statement.integer(0)) : nil,
            isRegistered: statement.flag(10),
            createdAt: Timestamp(microseconds: statement.integer(6))
        )
    }

    private func scopes(ofKey key: Int64) throws(SQLiteError) -> [String] {
        try statements.scopes.bind(1, key)
        var scopes: [String] = []
        while try statements.scopes.step() { scopes.append(statements.scopes.text(0)) }
        return scopes
    }

    func user(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> User? {
        guard let ordinal = try ordinal(of: organization) else { return nil }
        try bind(id, ordinal, to: statements.user)
        guard try statements.user.step() else { return nil }
        defer { statements.user.reset() }
        return User(
            id: id,
            organization: organization,
            handle: statements.user.text(0),
            isServiceAccount: statements.user.flag(1),
            isDisabled: statements.user.flag(2),
            roles: try roles(of: id),
            createdAt: Timestamp(microseconds: statements.user.integer(3))
        )
    }

    private func roles(of user: Identifier) throws(SQLiteError) -> [Identifier] {
        try statements.roles.bind(1, user.key)
        var roles: [Identifier] = []
        while try statements.roles.step() {
            do throws(SQLiteError) {
                roles.append(try statements.roles.identifier(0))
            } catch {
                statements.roles.reset()
                throw error
            }
        }
        return roles
    }

    func registrations(in organization: Identifier, page: Page) throws(SQLiteError) -> PageOf<Identifier> {
        guard let organization = try ordinal(of: organization) else {
            return PageOf(elements: [], total: 0, totalFiltered: 0)
        }
        let total = try count(statements.countRegistrations, organization)
        try statements.registrations.bind(1, organization)
        try statements.registrations.bind(2, Int64(page.size))
        try statements.registrations.bind(3, page.offset)
        defer { statements.registrations.reset() }
        var ids: [Identifier] = []
        while try statements.registrations.step() { ids.append(identifier(in: statements.registrations, at: 0)) }
        return PageOf(elements: ids, total: total, totalFiltered: total)
    }

    func newestIdentifier() throws(SQLiteError) -> Identifier? {
        let organization = try newestOrganization()
        guard try statements.newest.step() else { return organization }
        defer { statements.newest.reset() }
        let newest = identifier(in: statements.newest, at: 0)
        return organization.map { max($0, newest) } ?? newest
    }

    /// The organisation with the greatest id, or `nil` before the first.
    func newestOrganization() throws(SQLiteError) -> Identifier? {
        defer { statements.newestOrganization.reset() }
        guard try statements.newestOrganization.step() else { return nil }
        return try statements.newestOrganization.identifier(0)
    }

    /// The id whose halves stand in two columns.
    private func identifier(in statement: borrowing Statement, at column: Int32) -> Identifier {
        Identifier(key: statement.integer(column), lowBits: statement.integer(column + 1))
    }
}

extension Statement {
    /// An id that is stored as text.
    fileprivate func identifier(_ column: Int32) throws(SQLiteError) -> Identifier {
        guard let id = Identifier(text(column)) else { throw .damaged }
        return id
    }
}

extension SQLiteError {
    /// A stored value is not what was written.
    fileprivate static var damaged: SQLiteError { SQLiteError(code: SQLITE_CORRUPT, operation: .read) }
}
