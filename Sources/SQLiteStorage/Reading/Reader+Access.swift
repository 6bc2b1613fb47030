import Access
import Documents
import Storage

extension Reader {
    func apiKey(digest: KeyDigest) throws(SQLiteError) -> APIKey? {
        try statements.apiKeyByDigest.bind(1, blob: digest.bytes)
        defer { statements.apiKeyByDigest.reset() }
        return try statements.apiKeyByDigest.step() ? try apiKey(from: statements.apiKeyByDigest) : nil
    }

    func apiKey(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> APIKey? {
        guard let organization = try ordinal(of: organization) else { return nil }
        try bind(id, organization, to: statements.apiKeyByID)
        defer { statements.apiKeyByID.reset() }
        return try statements.apiKeyByID.step() ? try apiKey(from: statements.apiKeyByID) : nil
    }

    /// The key in the row of a statement that begins with `ReadStatements.apiKeys`.
    func apiKey(from statement: borrowing Statement) throws(SQLiteError) -> APIKey {
        var key = APIKey(
            id: statement.splitIdentifier(0),
            organization: try statement.identifier(2),
            name: statement.text(3),
            digest: try statement.digest(4),
            last4: statement.text(5),
            createdAt: statement.timestamp(6),
            createdBy: statement.isNull(7) ? nil : statement.splitIdentifier(7)
        )
        key.modifiedAt = statement.timestamp(9)
        key.modifiedBy = statement.isNull(10) ? nil : statement.splitIdentifier(10)
        key.lastUsedAt = statement.optionalTimestamp(12)
        key.revision = statement.integer(13)
        return key
    }

    func applicationKey(digest: KeyDigest) throws(SQLiteError) -> ApplicationKey? {
        try statements.applicationKeyByDigest.bind(1, blob: digest.bytes)
        defer { statements.applicationKeyByDigest.reset() }
        guard try statements.applicationKeyByDigest.step() else { return nil }
        return try applicationKey(from: statements.applicationKeyByDigest)
    }

    func applicationKey(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> ApplicationKey? {
        guard let organization = try ordinal(of: organization) else { return nil }
        try bind(id, organization, to: statements.applicationKeyByID)
        defer { statements.applicationKeyByID.reset() }
        guard try statements.applicationKeyByID.step() else { return nil }
        return try applicationKey(from: statements.applicationKeyByID)
    }

    /// The key in the row of a statement that begins with `ReadStatements.applicationKeys`.
    func applicationKey(from statement: borrowing Statement) throws(SQLiteError) -> ApplicationKey {
        var key = ApplicationKey(
            id: statement.splitIdentifier(0),
            organization: try statement.identifier(2),
            owner: statement.splitIdentifier(7),
            name: statement.text(3),
            digest: try statement.digest(4),
            last4: statement.text(5),
            scopes: statement.flag(9) ? try scopes(ofKey: statement.integer(0)) : nil,
            isRegistered: statement.flag(10),
            createdAt: statement.timestamp(6)
        )
        key.lastUsedAt = statement.optionalTimestamp(11)
        key.revision = statement.integer(12)
        return key
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
        defer { statements.user.reset() }
        return try statements.user.step() ? try user(from: statements.user, in: organization) : nil
    }

    /// The user in the row of a statement that begins with `ReadStatements.users`.
    func user(from statement: borrowing Statement, in organization: Identifier) throws(SQLiteError) -> User {
        let id = statement.splitIdentifier(0)
        var user = User(
            id: id,
            organization: organization,
            handle: statement.text(2),
            email: statement.text(3),
            name: statement.isNull(4) ? nil : statement.text(4),
            title: statement.isNull(5) ? nil : statement.text(5),
            isServiceAccount: statement.flag(6),
            isDisabled: statement.flag(7),
            roles: try roles(of: id),
            createdAt: statement.timestamp(8)
        )
        user.modifiedAt = statement.timestamp(9)
        user.lastLoginAt = statement.optionalTimestamp(10)
        user.revision = statement.integer(11)
        return user
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
        guard let organization = try ordinal(of: organization) else { return .empty }
        let total = try count(statements.countRegistrations, organization)
        try statements.registrations.bind(1, organization)
        try bind(page, to: statements.registrations, at: 2)
        try statements.registrations.bind(4, page.after?.id.key ?? .min)
        defer { statements.registrations.reset() }
        var ids: [Identifier] = []
        while try statements.registrations.step() { ids.append(statements.registrations.splitIdentifier(0)) }
        let end = ids.last.map { ListPosition(.none, $0) }
        return PageOf(elements: ids, total: total, totalFiltered: total, end: end)
    }

    func organization(_ id: Identifier) throws(SQLiteError) -> Organization? {
        try statements.organization.bind(1, text: id.description)
        defer { statements.organization.reset() }
        return try statements.organization.step() ? try organization(from: statements.organization) : nil
    }

    func organizations() throws(SQLiteError) -> [Organization] {
        defer { statements.organizations.reset() }
        var organizations: [Organization] = []
        while try statements.organizations.step() {
            organizations.append(try organization(from: statements.organizations))
        }
        return organizations
    }

    private func organization(from statement: borrowing Statement) throws(SQLiteError) -> Organization {
        Organization(id: try statement.identifier(0), name: statement.text(1), createdAt: statement.timestamp(2))
    }

    func newestIdentifier() throws(SQLiteError) -> Identifier? {
        let organization = try newestOrganization()
        guard try statements.newest.step() else { return organization }
        defer { statements.newest.reset() }
        let newest = statements.newest.splitIdentifier(0)
        return organization.map { max($0, newest) } ?? newest
    }

    /// The organisation with the greatest id, or `nil` before the first.
    func newestOrganization() throws(SQLiteError) -> Identifier? {
        defer { statements.newestOrganization.reset() }
        guard try statements.newestOrganization.step() else { return nil }
        return try statements.newestOrganization.identifier(0)
    }
}
