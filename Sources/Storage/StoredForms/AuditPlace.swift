package import Access

/// The digest of keys and of links of audit chains: SHA-256.
package typealias DigestFunction = @Sendable (UnsafeRawBufferPointer) -> KeyDigest

/// The place of an audit event among those of all organisations: its organisation's ordinal before its sequence, so that
/// an event is appended to its organisation's run.
package enum AuditPlace {
    /// The bits of a place that are the sequence; those above are the organisation's ordinal.
    package static let sequenceBits: Int64 = 40

    /// The digest that the first link of a chain names.
    package static let noDigest = String(repeating: "0", count: 64)

    /// The places that an organisation's events can have. That of the sequence 0 is the first, and has no event.
    package static func all(of ordinal: Int64) -> ClosedRange<Int64> {
        let first = ordinal << sequenceBits
        return first...first | (1 << sequenceBits - 1)
    }

    /// The place of an event; of one that no chain is long enough for, the last place.
    package static func of(sequence: Int64, in ordinal: Int64) -> Int64 {
        ordinal << sequenceBits | min(max(sequence, 0), 1 << sequenceBits - 1)
    }
}
