/// The first difference between an exported audit log and the log as it was written.
package struct AuditFault: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A line is no audit event, or the last one is cut off.
        case malformed
        /// The line in an event's place has another number.
        case misnumbered
        /// An event is not where it belongs: it was dropped, or stands elsewhere.
        case missing
        /// An event stands a second time, or behind its place.
        case repeated
        /// An event is another than the one that the next event was chained to.
        case changed
        /// An event is another organisation's.
        case foreign
        /// The chain is whole, and another than the one whose head was signed.
        case rewritten
        /// The log ends before an event whose head was signed.
        case truncated
    }

    package let kind: Kind
    /// The sequence of the first event that is, or may be, broken.
    package let event: Int64
    /// The last event that the error may be in: another than `event` where it can't be told.
    package let through: Int64
    /// The line at which it shows, from 1; one behind the last, if it is the end that is wrong.
    package let line: Int64
    /// For people: one sentence without a final stop.
    package let explanation: String

    init(_ kind: Kind, event: Int64, through: Int64? = nil, line: Int64, _ explanation: String) {
        self.kind = kind
        self.event = event
        self.through = through ?? event
        self.line = line
        self.explanation = explanation
    }
}
