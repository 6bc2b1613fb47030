import Access
import Documents
import Storage
import TestSupport

@testable import SQLiteStorage

/// The events of each organisation in a store's directory, in the order of their chain.
///
/// - Throws: ``BrokenChain``, if an event does not name its place and the digest of the one before.
func auditChains(in directory: TemporaryDirectory) throws -> [[String]] {
    let database = try Database(path: directory.database, mode: .readWrite)
    let events = try Statement(
        "SELECT organization, sequence, event FROM audit_events ORDER BY organization, sequence",
        on: database
    )
    var chains: [[String]] = []
    var organization: Int64?
    var previous = ""
    while try events.step() {
        if events.integer(0) != organization {
            organization = events.integer(0)
            chains.append([])
            previous = String(repeating: "0", count: 64)
        }
        let event = events.text(2)
        let sequence = chains[chains.count - 1].count + 1
        guard
            events.integer(1) == sequence,
            event.hasPrefix("{\"sequence\":\(sequence),\"previous\":\"\(previous)\",")
        else { throw BrokenChain(event: event) }
        chains[chains.count - 1].append(event)
        previous = events.withBytes(2) { testDigest($0).hexadecimal }
    }
    return chains
}

/// An event that does not fit to the one before.
struct BrokenChain: Error {
    let event: String
}
