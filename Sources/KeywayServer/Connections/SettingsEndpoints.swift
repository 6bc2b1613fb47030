import ActService
import Access
import Documents
import HTTPServer
import JSONReading
import Storage

/// The settings of a connection: what acting needs and Datadog's document has no room for.
struct SettingsEndpoints: Sendable {
    let access: ConnectionAccess
    /// No secret can be reached through it.
    let documents: any PublicDocuments
    let writer: SettingsWriter

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Acting",
            at: "/api/v2/actions/connections/{connection_id}/settings",
            errors: .objects,
            guarding: .principal(anyOf: [.connectionsRead], registered: true),
            malformedID: .refused,
            missing: "There is no such connection"
        )
        return [
            group.endpoint(
                .get,
                "",
                "GetActionConnectionSettings",
                "Get a connection's settings: where and how acts go, and what may be done",
                responses: [.ok("The settings", "ConnectionSettings")],
                .lookup(get)
            ),
            group.endpoint(
                .put,
                "",
                "PutActionConnectionSettings",
                "Replace a connection's settings",
                by: [.connectionsWrite],
                request: "ConnectionSettingsPut",
                responses: [.ok("The settings", "ConnectionSettings")],
                .change(writer.put)
            ),
        ]
    }

    private func get(_ call: Call) throws -> Response {
        let id = try call.identifier("connection_id", orStatus: 400)
        let connection = try access.require(.viewer, on: id, for: call.principal)
        if let settings = try documents.document(.connectionSettings, id, in: call.principal.organization) {
            return .document(settings)
        }
        let settings = try SettingsReader(of: try JSONReader.read(connection.document)).standard(id: id)
        return .document(JSONWriter.bytes(of: settings))
    }
}
