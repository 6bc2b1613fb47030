import Documents
import Secrets
import Storage

extension Reader {
    func auditWebhooks() throws(SQLiteError) -> [StoredAuditWebhook] {
        defer { statements.auditWebhooks.reset() }
        var found: [StoredAuditWebhook] = []
        while try statements.auditWebhooks.step() {
            found.append(
                StoredAuditWebhook(
                    id: statements.auditWebhooks.splitIdentifier(0),
                    organization: try statements.auditWebhooks.identifier(2),
                    document: statements.auditWebhooks.bytes(3),
                    revision: statements.auditWebhooks.integer(4),
                    delivered: statements.auditWebhooks.integer(5)
                )
            )
        }
        return found
    }

    func newestAuditLine(in organization: Identifier) throws(SQLiteError) -> AuditLine? {
        guard let ordinal = try ordinal(of: organization) else { return nil }
        let places = AuditPlace.all(of: ordinal)
        try statements.audit.newest.bind(1, places.lowerBound)
        try statements.audit.newest.bind(2, places.upperBound)
        return try lines(of: statements.audit.newest, ordinal).first
    }

    func auditLines(
        in organization: Identifier,
        after sequence: Int64,
        atMost count: Int
    ) throws(SQLiteError) -> [AuditLine] {
        guard let ordinal = try ordinal(of: organization) else { return [] }
        try statements.audit.bySequence.bind(1, AuditPlace.of(sequence: sequence, in: ordinal))
        try statements.audit.bySequence.bind(2, AuditPlace.all(of: ordinal).upperBound)
        try statements.audit.bySequence.bind(3, Int64(max(count, 0)))
        return try lines(of: statements.audit.bySequence, ordinal)
    }

    func auditLines(
        in organization: Identifier,
        _ span: AuditSpan,
        atMost count: Int
    ) throws(SQLiteError) -> [AuditLine] {
        guard let ordinal = try ordinal(of: organization) else { return [] }
        if span.isDescending { return try lines(of: statements.audit.descending, ordinal, span, count) }
        return try lines(of: statements.audit.ascending, ordinal, span, count)
    }

    private func lines(
        of statement: borrowing Statement,
        _ ordinal: Int64,
        _ span: AuditSpan,
        _ count: Int
    ) throws(SQLiteError) -> [AuditLine] {
        var (from, to) = (span.from, span.to)
        // Nothing is before or behind this.
        var time = span.isDescending ? Int64.max : .min
        var place = time
        if let position = span.position {
            // The walk begins where it goes on.
            if span.isDescending { to = min(to, position.time) } else { from = max(from, position.time) }
            time = position.time.microseconds
            place = AuditPlace.of(sequence: position.sequence, in: ordinal)
        }
        try statement.bind(1, ordinal)
        try statement.bind(2, from.microseconds)
        try statement.bind(3, to.microseconds)
        try statement.bind(4, time)
        try statement.bind(5, place)
        try statement.bind(6, Int64(max(count, 0)))
        return try lines(of: statement, ordinal)
    }

    private func lines(of statement: borrowing Statement, _ ordinal: Int64) throws(SQLiteError) -> [AuditLine] {
        let first = AuditPlace.all(of: ordinal).lowerBound
        var lines: [AuditLine] = []
        defer { statement.reset() }
        while try statement.step() {
            lines.append(
                AuditLine(
                    sequence: statement.integer(0) - first,
                    time: statement.timestamp(1),
                    bytes: statement.bytes(2)
                )
            )
        }
        return lines
    }
}
