import Acting
import Documents
import JSONReading
import Storage
import Synchronization

/// Remembers connections that are acted through, as they were read: that takes longer than all else that is worked out
/// for an act. None of them holds a secret.
final class ActConnections: Sendable {
    private struct Key: Hashable {
        let organization: Identifier
        let connection: Identifier
    }

    private struct Entry: Sendable {
        let settingsRevision: Int64?
        let connection: ActConnection
    }

    private let planner: ActPlanner
    private let entries = Mutex<[Key: Entry]>([:])
    /// With each that comes beyond these, another is forgotten.
    private static let countAtMost = 1_024
    /// Longer documents are read each time, in bytes.
    private static let longest = 16 * 1_024

    init(planner: ActPlanner) {
        self.planner = planner
    }

    /// The connection of that state: what is remembered of any other revision does not count.
    func connection(_ id: Identifier, of organization: Identifier, _ state: ActingState) throws -> ActConnection {
        let key = Key(organization: organization, connection: id)
        if let entry = entries.withLock({ $0[key] }), entry.connection.revision == state.revision,
            entry.settingsRevision == state.settings?.revision
        {
            return entry.connection
        }
        let connection = try planner.connection(
            ActConnection.Stored(
                organization: organization,
                id: id,
                revision: state.revision,
                document: try JSONReader.read(state.document),
                settings: try state.settings.flatMap { try JSONReader.read($0.document)["attributes"] }
            )
        )
        if state.document.count + (state.settings?.document.count ?? 0) <= Self.longest {
            let entry = Entry(settingsRevision: state.settings?.revision, connection: connection)
            entries.withLock { entries in
                if entries.count >= Self.countAtMost, entries[key] == nil { entries.remove(at: entries.startIndex) }
                entries[key] = entry
            }
        }
        return connection
    }

    /// Forgets a connection that is gone.
    func forget(_ id: Identifier, of organization: Identifier) {
        entries.withLock { $0[Key(organization: organization, connection: id)] = nil }
    }
}
