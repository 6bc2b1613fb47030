import Access
import Documents
import Storage

extension Reader {
    func accessToken(digest: KeyDigest) throws(SQLiteError) -> AccessToken? {
        let tokens = statements.tokens
        try tokens.accessByDigest.bind(1, blob: digest.bytes)
        defer { tokens.accessByDigest.reset() }
        return try tokens.accessByDigest.step() ? try accessToken(from: tokens.accessByDigest) : nil
    }

    func accessToken(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> AccessToken? {
        guard let organization = try ordinal(of: organization) else { return nil }
        let tokens = statements.tokens
        try bind(id, organization, to: tokens.accessByID)
        defer { tokens.accessByID.reset() }
        return try tokens.accessByID.step() ? try accessToken(from: tokens.accessByID) : nil
    }

    /// The token in the row of a statement that begins with ``TokenReadStatements/access``.
    func accessToken(from statement: borrowing Statement) throws(SQLiteError) -> AccessToken {
        guard let kind = AccessToken.Kind(number: statement.integer(3)) else { throw .damaged }
        var token = AccessToken(
            id: statement.splitIdentifier(0),
            organization: try statement.identifier(2),
            kind: kind,
            owner: statement.splitIdentifier(4),
            name: statement.text(6),
            digest: try statement.digest(7),
            scopes: statement.lines(8),
            createdAt: statement.timestamp(9),
            expiresAt: statement.optionalTimestamp(11)
        )
        token.modifiedAt = statement.optionalTimestamp(10)
        token.lastUsedAt = statement.optionalTimestamp(12)
        token.revision = statement.integer(13)
        return token
    }

    func actToken(digests: ClosedRange<KeyDigest>) throws(SQLiteError) -> ActToken? {
        let tokens = statements.tokens
        try tokens.actByDigest.bind(1, blob: digests.lowerBound.bytes)
        try tokens.actByDigest.bind(2, blob: digests.upperBound.bytes)
        defer { tokens.actByDigest.reset() }
        guard try tokens.actByDigest.step() else { return nil }
        let token = try actToken(from: tokens.actByDigest)
        return try tokens.actByDigest.step() ? nil : token
    }

    func actToken(_ id: Identifier, in organization: Identifier) throws(SQLiteError) -> ActToken? {
        guard let organization = try ordinal(of: organization) else { return nil }
        let tokens = statements.tokens
        try bind(id, organization, to: tokens.actByID)
        defer { tokens.actByID.reset() }
        return try tokens.actByID.step() ? try actToken(from: tokens.actByID) : nil
    }

    func actTokens(
        in organization: Identifier,
        owner: Identifier?,
        goodAt time: Timestamp,
        page: Page
    ) throws(SQLiteError) -> PageOf<ActToken> {
        guard let organization = try ordinal(of: organization) else { return .empty }
        let tokens = statements.tokens
        // An owner that is asked for is both ends of the range.
        let owners = (owner?.key ?? .min)...(owner?.key ?? .max)
        try tokens.countActs.bind(2, owners.lowerBound)
        try tokens.countActs.bind(3, owners.upperBound)
        try tokens.countActs.bind(4, time.microseconds)
        let total = try count(tokens.countActs, organization)
        try tokens.acts.bind(1, organization)
        try tokens.acts.bind(2, owners.lowerBound)
        try tokens.acts.bind(3, owners.upperBound)
        try tokens.acts.bind(4, time.microseconds)
        try tokens.acts.bind(5, page.after?.id.key ?? .min)
        try bind(page, to: tokens.acts, at: 6)
        defer { tokens.acts.reset() }
        var page: [ActToken] = []
        while try tokens.acts.step() { page.append(try actToken(from: tokens.acts)) }
        return PageOf(
            elements: page,
            total: total,
            totalFiltered: total,
            end: page.last.map { ListPosition(.none, $0.id) }
        )
    }

    /// The token in the row of a statement that begins with ``TokenReadStatements/act``.
    private func actToken(from statement: borrowing Statement) throws(SQLiteError) -> ActToken {
        let source: ActToken.Source
        if statement.isNull(9) {
            source = .keys(api: statement.splitIdentifier(5), application: statement.splitIdentifier(7))
        } else {
            source = .accessToken(statement.splitIdentifier(9))
        }
        guard let connections = statement.lines(13) else { throw .damaged }
        var ids: [Identifier] = []
        for connection in connections {
            guard let id = Identifier(connection) else { throw .damaged }
            ids.append(id)
        }
        return ActToken(
            id: statement.splitIdentifier(0),
            organization: try statement.identifier(2),
            owner: statement.splitIdentifier(3),
            source: source,
            name: statement.isNull(11) ? nil : statement.text(11),
            digest: try statement.digest(12),
            limits: ActToken.Limits(
                connections: ids,
                methods: statement.lines(14),
                paths: statement.lines(15),
                actsAtMost: statement.isNull(16) ? nil : statement.integer(16)
            ),
            acts: statement.integer(17),
            createdAt: statement.timestamp(18),
            expiresAt: statement.timestamp(19)
        )
    }
}

extension Statement {
    /// A list of texts with line feeds between; `nil` where there is none.
    func lines(_ column: Int32) -> [String]? {
        isNull(column) ? nil : [String](lines: text(column))
    }
}

/// A reader's statements about tokens.
final class TokenReadStatements {
    let accessByDigest: Statement
    let accessByID: Statement
    let actByDigest: Statement
    let actByID: Statement
    let acts: Statement
    let countActs: Statement

    init(on database: Database) throws(SQLiteError) {
        accessByDigest = try Statement("\(Self.access) WHERE k.digest = ?1", on: database)
        accessByID = try Statement(
            "\(Self.access) WHERE k.key = ?1 AND k.low = ?2 AND k.organization = ?3",
            on: database
        )
        actByDigest = try Statement("\(Self.act) WHERE t.digest BETWEEN ?1 AND ?2 LIMIT 2", on: database)
        actByID = try Statement("\(Self.act) WHERE t.key = ?1 AND t.low = ?2 AND t.organization = ?3", on: database)
        let ofOwner = "t.organization = ?1 AND t.owner BETWEEN ?2 AND ?3 AND t.expires_at > ?4"
        acts = try Statement(
            "\(Self.act) WHERE \(ofOwner) AND t.key > ?5 ORDER BY t.key LIMIT ?6 OFFSET ?7",
            on: database
        )
        countActs = try Statement("SELECT count(*) FROM act_tokens t WHERE \(ofOwner)", on: database)
    }

    static let access = """
        SELECT k.key, k.low, o.id, k.kind, u.key, u.low, k.name, k.digest, k.scopes, k.created_at, k.modified_at,
            k.expires_at, k.last_used_at, k.revision
        FROM access_tokens k JOIN organizations o ON o.ordinal = k.organization JOIN users u ON u.key = k.owner
        """

    private static let act = """
        SELECT t.key, t.low, o.id, u.key, u.low, a.key, a.low, p.key, p.low, s.key, s.low, t.name, t.digest,
            t.connections, t.methods, t.paths, t.acts_at_most, t.acts, t.created_at, t.expires_at
        FROM act_tokens t JOIN organizations o ON o.ordinal = t.organization JOIN users u ON u.key = t.owner
        LEFT JOIN api_keys a ON a.key = t.api_key LEFT JOIN application_keys p ON p.key = t.application_key
        LEFT JOIN access_tokens s ON s.key = t.access_token
        """
}
