import Acting
import Connections
import Documents
import JSONReading
import Storage
import Synchronization

/// A connection as acts find it, read from what is stored. It holds no secret.
struct ActTarget: Sendable {
    let subject: ActSubject
    /// The wire type of the connection's integration.
    let integration: String
    /// What the secrets are sealed for.
    let destination: String
    let rules: ActRules
    /// The members of an error that the clients of the integration's vendor read.
    let clients: ClientErrors
    /// How many acts may be under way at once.
    let concurrency: Int
    /// How many acts may begin in a second; `nil` for any number.
    let rate: Int?

    /// Acts at once where there are no settings.
    private static let concurrency = 100

    var connection: ActConnection { subject.connection }

    /// - Throws: ``JSONSyntaxError`` if what is stored is damaged, ``ActRefusal`` if this version does not know it.
    init(_ id: Identifier, of organization: Identifier, _ state: ActingState, by planner: ActPlanner) throws {
        let document = try JSONReader.read(state.document)
        let settings = try state.settings.map { try JSONReader.read($0.document) }
        let attributes = settings?["attributes"]
        subject = try planner.subject(
            ActConnection(
                organization: organization,
                id: id,
                revision: state.revision,
                document: document,
                settings: attributes
            )
        )
        integration = document["attributes"]?["integration"]?["type"]?.text?.string ?? ""
        clients = subject.clientErrors
        destination = DocumentSchema.connectionDestination(document: document, settings: settings).text
        rules = ActRules(settings: attributes ?? [:])
        concurrency = attributes?["concurrency"]?.wholeNumber.map(Int.init) ?? Self.concurrency
        rate = attributes?["rate"]?.wholeNumber.map(Int.init)
    }
}

/// Remembers what was read of connections that are acted through: reading their documents takes longer than all else
/// that is worked out for an act.
final class ActTargets: Sendable {
    private struct Key: Hashable {
        let organization: Identifier
        let connection: Identifier
    }

    private struct Entry: Sendable {
        let revision: Int64
        let settingsRevision: Int64?
        let target: ActTarget
    }

    private let planner: ActPlanner
    private let entries = Mutex<[Key: Entry]>([:])
    /// When there are more, all are forgotten.
    private static let countAtMost = 1_024
    /// Longer documents are read each time, in bytes.
    private static let longest = 16 * 1_024

    init(planner: ActPlanner) {
        self.planner = planner
    }

    /// The target as of that state: whatever else is remembered does not count.
    func target(_ id: Identifier, of organization: Identifier, _ state: ActingState) throws -> ActTarget {
        let key = Key(organization: organization, connection: id)
        if let entry = entries.withLock({ $0[key] }), entry.revision == state.revision,
            entry.settingsRevision == state.settings?.revision
        {
            return entry.target
        }
        let target = try ActTarget(id, of: organization, state, by: planner)
        if state.document.count + (state.settings?.document.count ?? 0) <= Self.longest {
            let entry = Entry(revision: state.revision, settingsRevision: state.settings?.revision, target: target)
            entries.withLock { entries in
                if entries.count >= Self.countAtMost { entries.removeAll() }
                entries[key] = entry
            }
        }
        return target
    }
}
