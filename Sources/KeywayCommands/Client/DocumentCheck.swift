import Connections
import Documents
import JSONReading

/// Checks documents before they are sent, by the declarations that the server checks them by.
///
/// The client's own types would leave out a member that they do not know, and a misspelt credential with it.
enum DocumentCheck {
    /// An error, and where it stands.
    struct Issue: Sendable {
        /// As RFC 6901 has it.
        let pointer: String
        let detail: String
    }

    /// The errors of a connection that is to be created.
    ///
    /// - Parameter body: The whole body.
    /// - Returns: All of them; none where the integration is not one of the catalogue.
    static func issues(inNewConnection body: [UInt8]) -> [Issue] {
        issues(body) { json throws(InvalidDocument) in
            _ = try DocumentSchema.connection.create(json, id: anyIdentifier) { _ in "" }
        }
    }

    /// The errors of changes to a connection.
    ///
    /// - Parameters:
    ///   - body: The whole body.
    ///   - current: The document that responses of the server hold.
    /// - Returns: All of them; none where the integration is not one of the catalogue.
    static func issues(inUpdate body: [UInt8], of current: [UInt8]) -> [Issue] {
        guard let current = (try? JSONReader.read(current))?["data"], isKnown(current) else { return [] }
        let id = current["id"]?.text.flatMap { Identifier($0.string) } ?? anyIdentifier
        return issues(body, integration: current) { json throws(InvalidDocument) in
            _ = try DocumentSchema.connection.update(json, id: id, of: current) { _ in "" }
        }
    }

    private static var anyIdentifier: Identifier { IdentifierGenerator().next() }

    private static func issues(
        _ body: [UInt8],
        integration: JSONValue? = nil,
        _ check: (JSONValue) throws(InvalidDocument) -> Void
    ) -> [Issue] {
        guard let json = try? JSONReader.read(body), isKnown(integration ?? json["data"] ?? .null) else { return [] }
        do {
            try check(json)
            return []
        } catch {
            return error.problems.map { Issue(pointer: $0.pointer, detail: $0.detail) }
        }
    }

    /// Whether the catalogue has the integration of a document's `data`, and its credentials.
    private static func isKnown(_ data: JSONValue) -> Bool {
        let integration = data["attributes"]?["integration"]
        guard let type = integration?["type"]?.text else { return integration == nil }
        return IntegrationCatalogue.all.contains { type == $0.type }
    }
}
