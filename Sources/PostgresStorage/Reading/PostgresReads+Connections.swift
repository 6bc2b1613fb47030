import Access
import Documents
import Storage

extension PostgresReads {
    func connection(_ id: Identifier, in organization: Identifier) throws(PostgresError) -> RestrictedConnection? {
        guard let ordinal = try ordinal(of: organization) else { return nil }
        return try connections.value(of: id, in: ordinal)
    }

    /// A result for each name, by one statement.
    func connections(named names: [RecordName]) -> [Result<RestrictedConnection?, StoreError>] {
        pool.noteReads(names.count)
        do throws(PostgresError) {
            let ordinals = try names.map { name throws(PostgresError) in try ordinal(of: name.organization) }
            let found = try Self.connections(names.map(\.id.key), pool)
            return zip(names, ordinals).map { name, ordinal in
                guard let ordinal, let one = found[name.id.key], one.isNamed(name.id, in: ordinal) else {
                    return .success(nil)
                }
                return one.value.map(Optional.some).mapError { $0.storeError() }
            }
        } catch {
            let failure = error.storeError()
            return names.map { _ in .failure(failure) }
        }
    }

    func lastUse(ofConnection id: Identifier, in organization: Identifier) throws(PostgresError) -> Timestamp? {
        try row(
            "SELECT last_used_at FROM connections WHERE key = $1 AND low = $2 AND organization = $3",
            id,
            in: organization
        )?.optionalTimestamp(0)
    }

    func actingState(of id: Identifier, in organization: Identifier) throws(PostgresError) -> ActingState? {
        guard let ordinal = try ordinal(of: organization) else { return nil }
        return try acting.value(of: id, in: ordinal)
    }

    /// The bindings of a connection's policy, as relation and principal by turns; null where there is none.
    private static let bindings = """
        CASE WHEN c.is_restricted <> 0 THEN ARRAY(
            SELECT unnest(ARRAY[b.relation, b.principal]) FROM (
                SELECT relation, principal FROM restriction_bindings WHERE connection = c.key ORDER BY position
            ) b
        ) END
        """

    static func connections(
        _ keys: [Int64],
        _ pool: ConnectionPool
    ) throws(PostgresError) -> [Int64: ReadJoiner<RestrictedConnection>.Found] {
        let query = SQLQuery(
            """
            SELECT c.key, c.low, c.organization, c.document, c.revision, \(bindings)
            FROM connections c WHERE c.key = ANY($1)
            """,
            .integers(keys)
        )
        var found: [Int64: ReadJoiner<RestrictedConnection>.Found] = [:]
        for result in try pool.run([query]) {
            _ = try result.map { row throws(PostgresError) in
                found[row.integer(0)] = ReadJoiner.Found(
                    lowBits: row.integer(1),
                    organization: row.integer(2),
                    value: policy(row, 5).map {
                        RestrictedConnection(document: row.bytes(3), revision: row.integer(4), policy: $0)
                    }
                )
            }
        }
        return found
    }

    static func actingStates(
        _ keys: [Int64],
        _ pool: ConnectionPool
    ) throws(PostgresError) -> [Int64: ReadJoiner<ActingState>.Found] {
        let query = SQLQuery(
            """
            SELECT c.key, c.low, c.organization, c.document, c.revision, \(bindings), s.master_key_id, s.bytes,
                t.document, t.revision
            FROM connections c
            LEFT JOIN sealed_secrets s ON s.document = c.key AND s.kind = \(DocumentKind.connection.table.number)
            LEFT JOIN connection_settings t ON t.key = c.key
            WHERE c.key = ANY($1)
            """,
            .integers(keys)
        )
        var found: [Int64: ReadJoiner<ActingState>.Found] = [:]
        for result in try pool.run([query]) {
            _ = try result.map { row throws(PostgresError) in
                found[row.integer(0)] = ReadJoiner.Found(
                    lowBits: row.integer(1),
                    organization: row.integer(2),
                    value: policy(row, 5).map {
                        ActingState(
                            document: row.bytes(3),
                            revision: row.integer(4),
                            sealed: row.sealed(6),
                            settings: row.isNull(8)
                                ? nil
                                : ActingState.Settings(document: row.bytes(8), revision: row.integer(9)),
                            policy: $0
                        )
                    }
                )
            }
        }
        return found
    }

    private static func policy(_ row: SQLRow, _ column: Int32) -> Result<RestrictionPolicy?, PostgresError> {
        guard !row.isNull(column) else { return .success(nil) }
        let texts = row.texts(column)
        var bindings: [RestrictionPolicy.Binding] = []
        for index in stride(from: 0, to: texts.count - 1, by: 2) {
            guard let relation = RestrictionPolicy.Relation(rawValue: texts[index]),
                let principal = RestrictionPolicy.Subject(texts[index + 1])
            else { return .failure(.damaged) }
            bindings.append(.init(relation, [principal]))
        }
        // Bindings that are gone must not open what they kept.
        guard let policy = RestrictionPolicy(bindings) else { return .failure(.damaged) }
        return .success(policy)
    }

    func connections(
        visibleTo principal: Principal,
        matching filter: DocumentFilter,
        page: Page?
    ) throws(PostgresError) -> PageOf<[UInt8]> {
        guard let ordinal = try ordinal(of: principal.organization) else { return .empty }
        let subjects = principal.subjects.map(\.description)
        return try list(
            NamedList(DocumentKind.connection.table, in: ordinal, matching: filter, visibleTo: subjects),
            page
        )
    }
}
