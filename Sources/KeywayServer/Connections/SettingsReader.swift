import Connections
import Documents

/// Reads the settings that a connection of one integration has.
struct SettingsReader {
    static let type = "connection_settings"

    private let schema: DocumentSchema

    /// - Throws: ``APIError`` if this version does not know the connection's integration.
    init(of connection: JSONValue) throws {
        let type = connection["attributes"]?["integration"]?["type"]?.text?.string
        guard let integration = IntegrationCatalogue.all.first(where: { $0.type == type }) else {
            throw APIError(409, "This version of Keyway does not know the connection's integration.")
        }
        schema = .settings(of: integration)
    }

    /// Reads a body.
    ///
    /// - Returns: The document that is to be stored.
    func read(_ body: JSONValue, id: Identifier) throws -> JSONValue {
        try schema.create(body, id: id) { $0 }.document
    }

    /// The settings of a connection for which none were ever sent.
    func standard(id: Identifier) throws -> JSONValue {
        try read(["data": ["type": .string(Self.type), "attributes": [:]]], id: id)
    }
}
