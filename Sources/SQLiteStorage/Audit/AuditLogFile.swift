package import Access
package import Documents
package import Storage

/// The audit logs in a data directory, read beside whatever process has the store open: nothing is locked or written.
///
/// It needs no more of the schema than its first version has, so it also reads what an older Keyway left.
package final class AuditLogFile: AuditLogs {
    private let path: String
    private let all: Statement
    private let ordinal: Statement
    private let lines: Statement

    /// - Throws: ``StoreError``, with a text that names the path and what to do.
    package init(directory: String) throws(StoreError) {
        let path = try DataDirectory.existingDatabase(in: directory)
        self.path = path
        var refusal: Migration.Refusal?
        do throws(SQLiteError) {
            let database = try Database(path: path, mode: .readOnly)
            refusal = try Migration.refusal(of: database)
            all = try Statement("SELECT id, name, created_at FROM organizations ORDER BY created_at, id", on: database)
            ordinal = try Statement("SELECT ordinal FROM organizations WHERE id = ?1", on: database)
            lines = try Statement(
                "SELECT event FROM audit_log WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT ?3",
                on: database
            )
        } catch {
            throw (refusal?.storeError(path: path) ?? error.storeError(path: path))
        }
        if let refusal { throw refusal.storeError(path: path) }
    }

    package func organizations() throws(StoreError) -> [Organization] {
        try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            defer { all.reset() }
            var organizations: [Organization] = []
            while try all.step() {
                organizations.append(
                    Organization(id: try all.identifier(0), name: all.text(1), createdAt: all.timestamp(2))
                )
            }
            return organizations
        }
    }

    /// As in ``AuditLogs``. A call holds back the copying of the write-ahead log for as long as it takes.
    package func auditLog(
        of organization: Identifier,
        after sequence: Int64,
        atMost count: Int
    ) throws(StoreError) -> [[UInt8]] {
        try SQLiteError.translated(path: path) { () throws(SQLiteError) in
            guard let ordinal = try ordinal(of: organization) else { return [] }
            try lines.bind(1, AuditPlace.of(sequence: sequence, in: ordinal))
            try lines.bind(2, AuditPlace.all(of: ordinal).upperBound)
            try lines.bind(3, Int64(count))
            defer { lines.reset() }
            var found: [[UInt8]] = []
            while try lines.step() { found.append(lines.bytes(0)) }
            return found
        }
    }

    private func ordinal(of organization: Identifier) throws(SQLiteError) -> Int64? {
        try ordinal.bind(1, text: organization.description)
        defer { ordinal.reset() }
        return try ordinal.step() ? ordinal.integer(0) : nil
    }
}
