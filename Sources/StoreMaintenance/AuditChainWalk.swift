import Access
import Cryptography
package import Documents
import Storage

/// The audit chain of one organisation, as it was found.
package struct WalkedChain: Sendable, Equatable {
    /// The organisation; `nil` if there is none at the place of the events.
    package let organization: Identifier?
    package let ordinal: Int64
    /// How many events are whole, from the first on.
    package let events: Int64
    package let lastDigest: String
    /// The first event that is not as it was written, in words; `nil` if the chain is whole.
    package let fault: String?

    /// The organisation's id as a text.
    package var organizationID: String? { organization?.description }
}

/// Proves the audit chains of all organisations while the rows of the log go by, in the memory of one event.
struct AuditChainWalk {
    private struct Current {
        let ordinal: Int64
        var verifier = AuditChainVerifier { SHA256.digest(of: $0).description }
        var fault: String?
    }

    /// The organisations by their ordinals.
    private let organizations: [Int64: Identifier]
    private var current: Current?
    private var chains: [WalkedChain] = []

    init(organizations: [Int64: Identifier]) {
        self.organizations = organizations
    }

    /// Takes the next row of the log, in the order of their places.
    mutating func take(_ row: StoredRow) {
        let place = EventPlace(row[0].integer ?? 0)
        if current?.ordinal != place.ordinal {
            endChain()
            current = Current(ordinal: place.ordinal)
        }
        guard current?.fault == nil else { return }
        let event = row[1].content ?? []
        let fault = event.withUnsafeBytes { bytes in
            current?.verifier.take(bytes)?.explanation ?? misplacement(of: bytes, at: place, time: row[2].integer ?? 0)
        }
        current?.fault = fault
    }

    /// How an event does not fit to its row, in words.
    private func misplacement(of event: UnsafeRawBufferPointer, at place: EventPlace, time: Int64) -> String? {
        guard let prefix = AuditLinePrefix(event) else { return "event \(place.sequence) can't be read" }
        if prefix.organization != organizations[place.ordinal] {
            return "event \(prefix.sequence) is in the place of another organisation's"
        }
        if prefix.sequence != place.sequence {
            return "event \(prefix.sequence) is in the place of event \(place.sequence)"
        }
        if prefix.time != Timestamp(microseconds: time).description {
            return "event \(prefix.sequence) is found by another time than its own"
        }
        return nil
    }

    /// Ends the last chain.
    ///
    /// - Returns: The chains of all organisations, in the order of their ordinals.
    mutating func finish() -> [WalkedChain] {
        endChain()
        let walked = Set(chains.map(\.ordinal))
        for (ordinal, organization) in organizations where !walked.contains(ordinal) {
            chains.append(
                WalkedChain(
                    organization: organization,
                    ordinal: ordinal,
                    events: 0,
                    lastDigest: Digest.zero.description,
                    fault: "it has no event, not even that of its organisation's creation"
                )
            )
        }
        return chains.sorted { $0.ordinal < $1.ordinal }
    }

    private mutating func endChain() {
        guard var ended = current else { return }
        current = nil
        chains.append(
            WalkedChain(
                organization: organizations[ended.ordinal],
                ordinal: ended.ordinal,
                events: ended.verifier.count,
                lastDigest: ended.verifier.lastDigest,
                fault: ended.fault ?? ended.verifier.finish()?.explanation
            )
        )
    }
}

extension AuditChainWalk {
    /// The organisations of a store by their ordinals.
    static func organizations(of store: any StoredRows) throws(StoreError) -> [Int64: Identifier] {
        var organizations: [Int64: Identifier] = [:]
        var reader = RowReader(.organizations, of: store)
        while let row = try reader.next() {
            guard let ordinal = row[0].integer, let id = row[1].text.flatMap({ Identifier($0) }) else { continue }
            organizations[ordinal] = id
        }
        return organizations
    }
}
