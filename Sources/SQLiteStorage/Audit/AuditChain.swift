import Access
import Documents
import Storage

/// The ends of the organisations' audit chains, to which the writer ties new events.
final class AuditChain {
    private struct Head {
        var sequence: Int64
        /// The digest of the last event's bytes, in hexadecimal.
        var digest: String
    }

    /// More organisations than this are not remembered at once.
    private static let capacity = 4096

    private let digest: DigestFunction
    private let last: Statement
    private let insert: Statement
    private var heads: [Int64: Head] = [:]

    init(on database: Database, digest: @escaping DigestFunction) throws(SQLiteError) {
        self.digest = digest
        last = try Statement(
            "SELECT place, event FROM audit_log WHERE place BETWEEN ?1 AND ?2 ORDER BY place DESC LIMIT 1",
            on: database
        )
        insert = try Statement(
            "INSERT INTO audit_log (place, event, time) VALUES (?1, ?2, ?3)",
            on: database,
            for: .write
        )
    }

    /// Appends an event within the open transaction.
    func append(_ event: AuditEvent, organization ordinal: Int64) throws(SQLiteError) {
        var head = try head(of: ordinal)
        head.sequence += 1
        let line = event.line(sequence: head.sequence, previous: head.digest)
        try insert.bind(1, AuditPlace.of(sequence: head.sequence, in: ordinal))
        try insert.bind(2, text: line)
        try insert.bind(3, event.time.microseconds)
        try insert.run()
        head.digest = line.withUnsafeBytes { digest($0).hexadecimal }
        heads[ordinal] = head
    }

    /// Forgets what was appended and is not committed: the ends are read again.
    func rollBack() {
        heads.removeAll(keepingCapacity: true)
    }

    private func head(of ordinal: Int64) throws(SQLiteError) -> Head {
        if let head = heads[ordinal] { return head }
        if heads.count >= Self.capacity { heads.removeAll(keepingCapacity: true) }
        let places = AuditPlace.all(of: ordinal)
        try last.bind(1, places.lowerBound)
        try last.bind(2, places.upperBound)
        guard try last.step() else { return Head(sequence: 0, digest: AuditPlace.noDigest) }
        let previous = last.withBytes(1) { digest($0).hexadecimal }
        let head = Head(sequence: last.integer(0) - places.lowerBound, digest: previous)
        last.reset()
        return head
    }
}
