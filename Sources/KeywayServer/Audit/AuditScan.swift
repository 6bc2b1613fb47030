import Access
import Documents
import HTTPServer
import Platform
import Storage

/// A walk along the audit log for what a search asks for, in slices.
struct AuditScan {
    /// The events that were found.
    private(set) var events: [AuditDocument] = []
    /// Where to go on, if there may be more.
    private(set) var end: AuditSpan.Position?
    /// Whether the page is full, the log is at its end, or there is no more time.
    private(set) var isOver = false
    /// Whether it ended before its page was full, for want of time.
    private(set) var isTimedOut = false

    private let store: any AuditStore & AccessStore
    private let organization: Identifier
    private let search: AuditSearch
    /// The texts that stand in the line of each event that is looked for.
    private let required: [[UInt8]]
    private let batch: Int
    private var span: AuditSpan
    private var last: AuditSpan.Position?
    private var emails: [Identifier: String?] = [:]

    /// Lines that are read at a time: between them the log's file can start over.
    private static let batch = 512

    /// - Parameters:
    ///   - store: Where the events are.
    ///   - organization: Whose.
    ///   - search: Which.
    init(_ store: any AuditStore & AccessStore, in organization: Identifier, for search: AuditSearch) {
        self.store = store
        self.organization = organization
        self.search = search
        required = search.query.requiredTexts(where: AuditDocument.isVerbatim)
        batch = search.query == .all ? min(search.limit + 1, Self.batch) : Self.batch
        span = search.span
    }

    /// Goes on until it is over, or so long has passed; some lines are looked at in any case.
    mutating func goOn(for duration: Duration) throws(StoreError) {
        let start = ContinuousClock.now
        repeat { try lookAtSome() } while !isOver && ContinuousClock.now - start < duration
    }

    /// Ends it where it is.
    mutating func breakOff() {
        guard !isOver else { return }
        end = span.position
        isTimedOut = true
        isOver = true
    }

    private mutating func lookAtSome() throws(StoreError) {
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
                isOver = true
                return
            }
            events.append(document)
            last = position
        }
        isOver = lines.count < batch
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
