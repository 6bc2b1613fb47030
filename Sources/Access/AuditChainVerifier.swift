package import Documents

/// Proves an exported audit log, line by line, and finds the first event that is not as it was written.
///
/// It keeps one line at most, so a log of any length takes the same memory.
package struct AuditChainVerifier {
    /// The SHA-256 digest of bytes, as 64 lower-case hexadecimal digits.
    package typealias DigestFunction = (UnsafeRawBufferPointer) -> String

    /// A line that follows the one before it.
    private struct Link {
        let sequence: Int64
        let digest: String
    }

    private let digest: DigestFunction
    /// Digests that are known from heads, by the sequence of their event, of each organisation.
    private let heads: [Identifier: [Int64: String]]
    /// Those of the organisation whose log it is.
    private var expected: [Int64: String] = [:]
    /// The last event whose digest is that of a head.
    private var vouched: Int64 = 0
    private var last = Link(sequence: 0, digest: String(repeating: "0", count: 64))
    private var line: Int64 = 0
    /// A line that is not chained to the one before it, until the next tells which of them was changed.
    private var suspect: Link?

    /// The organisation whose log it is; `nil` before the first line.
    package private(set) var organization: Identifier?
    /// How many events are whole so far.
    package var count: Int64 { last.sequence }
    /// The digest of the last of them.
    package var lastDigest: String { last.digest }

    /// - Parameters:
    ///   - heads: Digests that are known to be right, by organisation and the sequence of their event.
    ///   - digest: SHA-256.
    package init(heads: [Identifier: [Int64: String]] = [:], digest: @escaping DigestFunction) {
        self.heads = heads
        self.digest = digest
    }

    /// Takes the next line, without its newline.
    ///
    /// - Parameters:
    ///   - bytes: The line.
    ///   - isCutOff: Whether it had no newline, as the last of a file that was cut.
    /// - Returns: The error that shows now; nothing more may be taken then.
    package mutating func take(_ bytes: UnsafeRawBufferPointer, isCutOff: Bool = false) -> AuditFault? {
        line += 1
        let due = (suspect ?? last).sequence + 1
        if isCutOff {
            return verdict() ?? malformed("event \(due) is cut off: the file does not end with a newline", due)
        }
        guard let prefix = AuditLinePrefix(bytes) else {
            return verdict() ?? malformed("line \(line) is no event of an audit log", due)
        }
        if let suspect {
            // The next line tells which of the two it was made for.
            return prefix.previous == suspect.digest ? changed(last.sequence) : changed(suspect.sequence)
        }
        if let organization, organization != prefix.organization {
            return AuditFault(
                .foreign,
                event: due,
                line: line,
                "event \(due) is of another organisation than those before"
            )
        }
        if organization == nil {
            organization = prefix.organization
            expected = heads[prefix.organization] ?? [:]
        }
        if prefix.sequence != due { return misplaced(prefix, due) }
        let link = Link(sequence: due, digest: digest(bytes))
        guard prefix.previous == last.digest else {
            // Nothing stands before the first event, and what a head vouches for is right.
            if vouched == last.sequence { return changed(due) }
            if expected[due] == link.digest { return changed(last.sequence) }
            suspect = link
            return nil
        }
        last = link
        return compareWithHead()
    }

    /// Says that there is no further line.
    ///
    /// - Returns: The error that shows only now.
    package mutating func finish() -> AuditFault? {
        if let fault = verdict() { return fault }
        let due = last.sequence + 1
        line += 1
        if let head = expected.keys.filter({ $0 >= due }).max() {
            return AuditFault(
                .truncated,
                event: due,
                through: head,
                line: line,
                "events \(due) to \(head) are missing at the end: there is a signed head of event \(head)"
            )
        }
        if due == 1 { return AuditFault(.missing, event: 1, line: line, "event 1 is missing: the file has no event") }
        return nil
    }

    // MARK: Errors

    /// The error for a line that does not fit, if no next line can tell more.
    private func verdict() -> AuditFault? {
        guard let suspect else { return nil }
        return AuditFault(
            .changed,
            event: last.sequence,
            through: suspect.sequence,
            line: line,
            "event \(last.sequence) or event \(suspect.sequence) was changed: the later does not have the digest of the "
                + "earlier"
        )
    }

    private func malformed(_ explanation: String, _ event: Int64) -> AuditFault {
        AuditFault(.malformed, event: event, line: line, explanation)
    }

    private func changed(_ event: Int64) -> AuditFault {
        AuditFault(
            .changed,
            event: event,
            line: event,
            "event \(event) was changed: it does not fit to the events before and after it"
        )
    }

    private func misplaced(_ prefix: AuditLinePrefix, _ due: Int64) -> AuditFault {
        let found = prefix.sequence
        if prefix.previous == last.digest {
            return AuditFault(
                .misnumbered,
                event: due,
                line: line,
                "the event in the place of \(due) is numbered \(found)"
            )
        }
        if found > due {
            return AuditFault(
                .missing,
                event: due,
                line: line,
                "event \(due) is missing: event \(found) is in its place"
            )
        }
        return AuditFault(
            .repeated,
            event: found,
            line: line,
            "event \(found) stands again, or late, where event \(due) is due"
        )
    }

    private mutating func compareWithHead() -> AuditFault? {
        guard let head = expected[last.sequence] else { return nil }
        if head == last.digest {
            vouched = last.sequence
            return nil
        }
        let first = vouched + 1
        let place = first == last.sequence ? "event \(first)" : "some event from \(first) to \(last.sequence)"
        return AuditFault(
            .rewritten,
            event: first,
            through: last.sequence,
            line: line,
            "\(place) was rewritten: the signed head of event \(last.sequence) has another digest"
        )
    }
}
