package import Access
package import Documents

/// An audit event as it is stored: one link of its organisation's chain.
package struct AuditLine: Sendable, Equatable {
    /// Its place in the chain, from 1.
    package let sequence: Int64
    /// The event's own time. It may be a little earlier than that of an event before it in the chain.
    package let time: Timestamp
    /// The line without a newline, as it goes into the next line's digest.
    package let bytes: [UInt8]

    package init(sequence: Int64, time: Timestamp, bytes: [UInt8]) {
        self.sequence = sequence
        self.time = time
        self.bytes = bytes
    }
}

/// Which events of an organisation are read in the order of their times, those of one time in that of the chain.
package struct AuditSpan: Sendable, Equatable {
    /// A place in that order.
    package struct Position: Sendable, Equatable {
        package let time: Timestamp
        package let sequence: Int64

        package init(time: Timestamp, sequence: Int64) {
            self.time = time
            self.sequence = sequence
        }
    }

    /// The first and the last moment.
    package var from: Timestamp
    package var to: Timestamp
    /// Whether the newest come first.
    package var isDescending: Bool
    /// Only what comes after this, in the order that is asked for.
    package var position: Position?

    package init(from: Timestamp, to: Timestamp, isDescending: Bool, after position: Position? = nil) {
        self.from = from
        self.to = to
        self.isDescending = isDescending
        self.position = position
    }
}

/// The audit logs of all organisations, for commands that write them out whole. Reads block.
package protocol AuditLogs {
    /// All organisations, oldest first.
    func organizations() throws(StoreError) -> [Organization]

    /// Events of an organisation in the order of its chain, as they are stored, without newlines.
    ///
    /// - Parameters:
    ///   - organization: The organisation.
    ///   - sequence: The place behind which to begin; 0 for all.
    ///   - count: How many at most.
    /// - Returns: As many as there are at this moment, up to `count`.
    /// - Throws: ``StoreError`` if they can't be read.
    func auditLog(
        of organization: Identifier,
        after sequence: Int64,
        atMost count: Int
    ) throws(StoreError) -> [[UInt8]]
}

extension AuditLogs where Self: AuditStore {
    package func auditLog(
        of organization: Identifier,
        after sequence: Int64,
        atMost count: Int
    ) throws(StoreError) -> [[UInt8]] {
        try auditLines(in: organization, after: sequence, atMost: count).map(\.bytes)
    }
}

/// Reads of the audit log. They block, as those of ``PublicDocuments`` do.
package protocol AuditStore: Sendable {
    /// The newest event of an organisation, or `nil` if it has none.
    func newestAuditLine(in organization: Identifier) throws(StoreError) -> AuditLine?

    /// Events in the order of the chain.
    ///
    /// - Parameters:
    ///   - organization: Whose chain.
    ///   - sequence: The place behind which to begin; 0 for all.
    ///   - count: How many at most.
    /// - Returns: As many as there are, up to `count`.
    /// - Throws: ``StoreError`` if the store can't tell.
    func auditLines(
        in organization: Identifier,
        after sequence: Int64,
        atMost count: Int
    ) throws(StoreError) -> [AuditLine]

    /// Events in the order of their times.
    func auditLines(
        in organization: Identifier,
        _ span: AuditSpan,
        atMost count: Int
    ) throws(StoreError) -> [AuditLine]
}
