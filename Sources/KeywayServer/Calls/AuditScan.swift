import Access
import Documents
import HTTPServer
import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Walks along the audit log for what a search asks for, for so long at most.
struct AuditScan {
    /// The events that were found.
    private(set) var events: [AuditDocument] = []
    /// Where to go on, if there may be more.
    private(set) var end: AuditSpan.Position?
    /// Whether it ended before its page was full, for want of time.
    private(set) var isTimedOut = false

    /// Lines that are read at a time: between them others can read, and the log's file can start over.
    private static let batch = 512

    /// - Parameters:
    ///   - store: Where the events are.
    ///   - organization: Whose.
    ///   - search: Which.
    ///   - limit: How long it may take.
    /// - Throws: ``StoreError``.
    init(
        _ store: any AuditStore & AccessStore,
        in organization: Identifier,
        for search: AuditSearch,
        within limit: Duration
    ) throws(StoreError) {
        let start = ContinuousClock.now
        let required = search.query.requiredTexts(where: AuditDocument.isVerbatim)
        var emails: [Identifier: String?] = [:]
        var span = search.span
        var last: AuditSpan.Position?
        let batch = search.query == .all ? min(search.limit + 1, Self.batch) : Self.batch
        while true {
            let lines = try store.auditLines(in: organization, span, atMost: batch)
            for line in lines {
                let position = AuditSpan.Position(time: line.time, sequence: line.sequence)
                span.position = position
                guard required.allSatisfy({ line.bytes.hasRun($0) }) else { continue }
                let document = try AuditDocument(line) { user throws(StoreError) in
                    if let known = emails[user] { return known }
                    let email = try store.user(user, in: organization)?.email
                    emails[user] = email
                    return email
                }
                guard search.query.matches(document.attributes, others: [document.message, AuditDocument.service])
                else {
                    continue
                }
                if events.count == search.limit {
                    end = last
                    return
                }
                events.append(document)
                last = position
            }
            if lines.count < batch { return }
            if ContinuousClock.now - start > limit {
                end = span.position
                isTimedOut = true
                return
            }
        }
    }
}

extension [UInt8] {
    /// Whether these bytes stand in it, in a row.
    fileprivate func hasRun(_ other: [UInt8]) -> Bool {
        guard let first = other.first else { return true }
        return withUnsafeBytes { bytes in
            other.withUnsafeBytes { other in
                var rest = bytes[...]
                while rest.count >= other.count, let start = bytes.baseAddress, let run = other.baseAddress,
                    let found = memchr(start + rest.startIndex, Int32(first), rest.count - other.count + 1)
                {
                    if memcmp(found, run, other.count) == 0 { return true }
                    rest = bytes[(found - UnsafeMutableRawPointer(mutating: start) + 1)...]
                }
                return false
            }
        }
    }
}
