import Access
import Documents
import Storage

extension PostgresReads {
    static let accessTokens = """
        SELECT k.key, k.low, o.id, k.kind, u.key, u.low, k.name, k.digest, k.scopes, k.created_at, k.modified_at,
            k.expires_at, k.last_used_at, k.revision
        FROM access_tokens k JOIN organizations o ON o.ordinal = k.organization JOIN users u ON u.key = k.owner
        """

    func accessToken(digest: KeyDigest) throws(PostgresError) -> AccessToken? {
        let found = try ask("\(Self.accessTokens) WHERE k.digest = $1", .bytes(digest.bytes))
        return try found.first.map { row throws(PostgresError) in try Self.accessToken(row) }
    }

    func accessToken(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> AccessToken? {
        let found = try row(
            "\(Self.accessTokens) WHERE k.key = $1 AND k.low = $2 AND k.organization = $3",
            id,
            in: organization
        )
        return try found.map { row throws(PostgresError) in try Self.accessToken(row) }
    }

    /// The token in the row of a statement that begins with ``accessTokens``.
    static func accessToken(_ row: SQLRow) throws(PostgresError) -> AccessToken {
        guard let kind = AccessToken.Kind(number: row.integer(3)) else { throw .damaged }
        var token = AccessToken(
            id: row.splitIdentifier(0),
            organization: try row.identifier(2),
            kind: kind,
            owner: row.splitIdentifier(4),
            name: row.text(6),
            digest: try row.digest(7),
            scopes: row.lines(8),
            createdAt: row.timestamp(9),
            expiresAt: row.optionalTimestamp(11)
        )
        token.modifiedAt = row.optionalTimestamp(10)
        token.lastUsedAt = row.optionalTimestamp(12)
        token.revision = row.integer(13)
        return token
    }

    /// A token whose credential is gone is gone with it.
    private static let actTokens = """
        SELECT t.key, t.low, o.id, u.key, u.low, a.key, a.low, p.key, p.low, s.key, s.low, t.name, t.digest,
            t.connections, t.methods, t.paths, t.acts_at_most, t.acts, t.created_at, t.expires_at
        FROM act_tokens t JOIN organizations o ON o.ordinal = t.organization JOIN users u ON u.key = t.owner
        LEFT JOIN api_keys a ON a.key = t.api_key LEFT JOIN application_keys p ON p.key = t.application_key
        LEFT JOIN access_tokens s ON s.key = t.access_token
        WHERE (s.key IS NOT NULL OR a.key IS NOT NULL AND p.key IS NOT NULL)
        """

    func actToken(digests: ClosedRange<KeyDigest>) throws(PostgresError) -> ActToken? {
        let found = try ask(
            "\(Self.actTokens) AND t.digest BETWEEN $1 AND $2 LIMIT 2",
            .bytes(digests.lowerBound.bytes),
            .bytes(digests.upperBound.bytes)
        )
        guard found.count == 1 else { return nil }
        return try found.first.map { row throws(PostgresError) in try Self.actToken(row) }
    }

    func actToken(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> ActToken? {
        let found = try row(
            "\(Self.actTokens) AND t.key = $1 AND t.low = $2 AND t.organization = $3",
            id,
            in: organization
        )
        return try found.map { row throws(PostgresError) in try Self.actToken(row) }
    }

    func actTokens(
        in organization: Identifier,
        owner: Identifier?,
        goodAt time: Timestamp,
        page: Page
    ) throws(PostgresError) -> PageOf<ActToken> {
        guard let ordinal = try ordinal(of: organization) else { return .empty }
        var ofOwner = "t.organization = $1 AND t.expires_at > $2"
        var parameters: [SQLValue] = [.integer(ordinal), .integer(time.microseconds)]
        if let owner {
            ofOwner += " AND t.owner = $3"
            parameters.append(.integer(owner.key))
        }
        let next = parameters.count + 1
        let list = SQLQuery(
            "\(Self.actTokens) AND \(ofOwner) AND t.key > $\(next) ORDER BY t.key LIMIT $\(next + 1) OFFSET $\(next + 2)",
            parameters: parameters + [
                .integer(page.after?.id.key ?? .min), SQLQuery.limit(of: page), SQLQuery.offset(of: page),
            ]
        )
        let counting = SQLQuery("SELECT count(*) FROM act_tokens t WHERE \(ofOwner)", parameters: parameters)
        let results = try ask(together: [list, counting])
        let tokens = try results[0].map { row throws(PostgresError) in try Self.actToken(row) }
        let total = Int(results[1].first?.integer(0) ?? 0)
        return PageOf(
            elements: tokens,
            total: total,
            totalFiltered: total,
            end: tokens.last.map { ListPosition(.none, $0.id) }
        )
    }

    private static func actToken(_ row: SQLRow) throws(PostgresError) -> ActToken {
        let source: ActToken.Source =
            row.isNull(9)
            ? .keys(api: row.splitIdentifier(5), application: row.splitIdentifier(7))
            : .accessToken(row.splitIdentifier(9))
        var connections: [Identifier] = []
        for text in [String](lines: row.text(13)) {
            guard let id = Identifier(text) else { throw .damaged }
            connections.append(id)
        }
        return ActToken(
            id: row.splitIdentifier(0),
            organization: try row.identifier(2),
            owner: row.splitIdentifier(3),
            source: source,
            name: row.optionalText(11),
            digest: try row.digest(12),
            limits: ActToken.Limits(
                connections: connections,
                methods: row.lines(14),
                paths: row.lines(15),
                actsAtMost: row.optionalInteger(16)
            ),
            acts: row.integer(17),
            createdAt: row.timestamp(18),
            expiresAt: row.timestamp(19)
        )
    }
}
