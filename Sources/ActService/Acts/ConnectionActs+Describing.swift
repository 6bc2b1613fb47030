package import Documents
import Access
import Acting
import Connections
import JSONReading
import Storage

extension ConnectionActs {
    /// Describes a connection to a caller who may act through it. It may block, as the store's reads do.
    ///
    /// - Throws: The error that would keep the caller from acting through it.
    package func describe(_ id: Identifier, for actor: Actor) throws(ActError) -> ConnectionDescription {
        let state = try state(of: id, for: actor)
        do {
            return try describe(id, of: actor.principal.organization, state)
        } catch {
            throw ActError(error)
        }
    }

    /// Makes sure that a caller may act through a connection, now. It may block, as the store's reads do.
    ///
    /// - Throws: The error that would keep the caller from it.
    package func requireUse(of id: Identifier, by actor: Actor) throws(ActError) {
        _ = try state(of: id, for: actor)
    }

    private func describe(
        _ id: Identifier,
        of organization: Identifier,
        _ state: ActingState
    ) throws -> ConnectionDescription {
        let attributes = try JSONReader.read(state.document)["attributes"]
        let settings = try state.settings.flatMap { try JSONReader.read($0.document)["attributes"] }
        var connection: ActConnection?
        var fault: String?
        do {
            connection = try connections.connection(id, of: organization, state)
        } catch let refusal as ActRefusal {
            fault = refusal.detail
        }
        let type = attributes?["integration"]?["type"]?.text?.string ?? ""
        var rules: [JSONValue] = []
        if case .array(let elements)? = settings?["rules"] { rules = elements }
        return ConnectionDescription(
            id: id,
            name: attributes?["name"]?.text?.string ?? "",
            integrationType: type,
            integration: IntegrationCatalogue.all.first { $0.type == type },
            baseURL: connection?.baseURL,
            rules: rules,
            isObserving: settings?["mode"]?.text.map { $0 == "observe" } ?? false,
            concurrency: connection?.concurrency,
            rate: connection?.rate,
            fault: fault
        )
    }
}
