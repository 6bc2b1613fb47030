import Acting
import Connections
import Documents
import JSONReading
import Storage

/// A connection as an act finds it: what is stored, read.
struct ActTarget: Sendable {
    let id: Identifier
    let connection: ActConnection
    let state: ActingState
    /// What the secrets are sealed for.
    let destination: String

    /// Acts at once, unless the settings say otherwise.
    private static let concurrency = 100

    /// - Throws: ``JSONSyntaxError`` if what is stored is damaged.
    init(_ id: Identifier, of organization: Identifier, _ state: ActingState) throws {
        self.id = id
        self.state = state
        let document = try JSONReader.read(state.document)
        let settings = try state.settings.map { try JSONReader.read($0.document) }
        connection = ActConnection(
            organization: organization,
            id: id,
            revision: state.revision,
            document: document,
            settings: settings?["attributes"]
        )
        destination = DocumentSchema.connectionDestination(document: document, settings: settings).text
    }

    /// How many acts may be under way at once.
    var concurrency: Int { integer("concurrency") ?? Self.concurrency }

    /// How many acts may begin in a second; `nil` for any number.
    var rate: Int? { integer("rate") }

    private func integer(_ name: String) -> Int? {
        guard case .integer(let number) = connection.settings?[name] else { return nil }
        return Int(number)
    }
}
