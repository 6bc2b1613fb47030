import ActService
import Access
import Connections
import Documents
import HTTPServer
import Storage

/// The Action Connection API's connections.
struct ConnectionEndpoints: Sendable {
    /// All that a read may touch: no secret can be reached through it, and no connection that is kept from the caller.
    let access: ConnectionAccess
    let writer: ConnectionWriter

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Action Connection",
            at: "/api/v2/actions/connections",
            errors: .objects,
            guarding: .principal(anyOf: [.connectionsRead], registered: true),
            malformedID: .refused,
            missing: "There is no such connection"
        )
        return [
            group.endpoint(
                .get,
                "",
                "ListActionConnections",
                "List connections, ordered by name",
                query: .listConnections,
                responses: [.ok("A page of connections", "ActionConnectionList")],
                .search(list)
            ),
            group.endpoint(
                .post,
                "",
                "CreateActionConnection",
                "Create a connection",
                by: [.connectionsWrite],
                request: "ActionConnectionCreate",
                responses: [.created("The connection, its secrets blank", "ActionConnection")],
                .change(writer.create)
            ),
            group.endpoint(
                .get,
                "/{connection_id}",
                "GetActionConnection",
                "Get a connection",
                responses: [.ok("The connection, its secrets blank", "ActionConnection")],
                .connection(.viewer) { .document($0.document) }
            ),
            group.endpoint(
                .patch,
                "/{connection_id}",
                "UpdateActionConnection",
                "Change a connection; what is not sent stays as it is",
                by: [.connectionsWrite],
                request: "ActionConnectionUpdate",
                responses: [.ok("The connection, its secrets blank", "ActionConnection")],
                .change(writer.update)
            ),
            group.endpoint(
                .delete,
                "/{connection_id}",
                "DeleteActionConnection",
                "Delete a connection and its secrets",
                by: [.connectionsWrite],
                responses: [.empty("Deleted")],
                malformedID: .absent,
                .change(writer.delete)
            ),
        ]
    }

    private func list(_ call: Call) throws -> Response {
        let query = try call.query()
        let filter = DocumentFilter(
            category: try query.only("filter[integration]"),
            nameContains: try query.only("filter[query]")
        )
        let (page, next) = try call.page(query) { try access.page(for: call.principal, matching: filter, page: $0) }
        return .page(page.elements, total: page.total, totalFiltered: page.totalFiltered, next: next)
    }
}

extension [QueryParameter] {
    fileprivate static let listConnections: [QueryParameter] =
        [
            QueryParameter(
                name: "filter[integration]",
                summary: "Only connections of this integration",
                schema: ["type": "string"]
            ),
            QueryParameter(
                name: "filter[query]",
                summary: "Only connections whose name contains this, whatever the case",
                schema: ["type": "string"]
            ),
        ] + .page
}
