import Documents
import Storage

extension StoredTable {
    /// A row as a person finds it: by its id, or by the numbers of its key. It quotes no text, which may be a secret.
    ///
    /// - Returns: `nil` if the key is a text.
    func label(of row: StoredRow) -> String? {
        guard let key = row.first?.integer else { return nil }
        if name == Self.organizations.name, row.count > 1 { return row[place(of: "id")].text }
        if name == Self.auditLog.name { return "\(EventPlace(key).ordinal)/\(EventPlace(key).sequence)" }
        if row.count > 1, columns[1].name == "low", let low = row[1].integer {
            return Identifier(key: key, lowBits: low).description
        }
        // The first half of an id, which no other has.
        let half = Identifier(key: key, lowBits: 0).description.prefix(19) + "…"
        return String(half)
    }
}

/// The place of an audit event: its organisation's ordinal, and its sequence.
struct EventPlace {
    let ordinal: Int64
    let sequence: Int64

    init(_ place: Int64) {
        ordinal = place >> AuditPlace.sequenceBits
        sequence = place & (1 << AuditPlace.sequenceBits - 1)
    }
}
