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
        [
            endpoint(.get, .connectionsRead, .getSettings, .lookup(get)),
            endpoint(.put, .connectionsWrite, .putSettings, .change(writer.put)),
        ]
    }

    private func endpoint(
        _ method: HTTPMethod,
        _ permission: Permission,
        _ description: OperationDescription,
        _ handling: Handling
    ) -> Endpoint {
        Endpoint(
            method: method,
            path: "/api/v2/actions/connections/{connection_id}/settings",
            guarding: .principal(anyOf: [permission], registered: true),
            errors: .objects,
            description: description,
            handling: handling
        )
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

extension OperationDescription {
    fileprivate static let getSettings = OperationDescription(
        id: "GetActionConnectionSettings",
        summary: "Get a connection's settings: where and how acts go, and what may be done",
        tag: "Acting",
        responses: [
            DescribedResponse(200, "The settings", .schema("ConnectionSettings", .jsonAPI)),
            .error(400, "The id is not a UUID"),
            .error(404, "There is no such connection"),
        ]
    )

    fileprivate static let putSettings = OperationDescription(
        id: "PutActionConnectionSettings",
        summary: "Replace a connection's settings",
        tag: "Acting",
        request: "ConnectionSettingsPut",
        responses: [
            DescribedResponse(200, "The settings", .schema("ConnectionSettings", .jsonAPI)),
            .error(400, "The id or the body is not valid; every error is named"),
            .error(404, "There is no such connection"),
        ]
    )
}
