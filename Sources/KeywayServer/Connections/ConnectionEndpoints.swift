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
        let collection = "/api/v2/actions/connections"
        let element = "/api/v2/actions/connections/{connection_id}"
        return [
            endpoint(.get, collection, .connectionsRead, .listConnections, .search(list)),
            endpoint(.post, collection, .connectionsWrite, .createConnection, .change(writer.create)),
            endpoint(.get, element, .connectionsRead, .getConnection, .lookup(get)),
            endpoint(.patch, element, .connectionsWrite, .updateConnection, .change(writer.update)),
            endpoint(.delete, element, .connectionsWrite, .deleteConnection, .change(writer.delete)),
        ]
    }

    private func endpoint(
        _ method: HTTPMethod,
        _ path: String,
        _ permission: Permission,
        _ description: OperationDescription,
        _ handling: Handling
    ) -> Endpoint {
        Endpoint(
            method: method,
            path: path,
            guarding: .principal(anyOf: [permission], registered: true),
            errors: .objects,
            description: description,
            handling: handling
        )
    }

    private func get(_ call: Call) throws -> Response {
        let id = try call.identifier("connection_id", orStatus: 400)
        return .document(try access.require(.viewer, on: id, for: call.principal).document)
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

extension OperationDescription {
    fileprivate static let tag = "Action Connection"

    fileprivate static let listConnections = OperationDescription(
        id: "ListActionConnections",
        summary: "List connections, ordered by name",
        tag: tag,
        query: [
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
        ] + .page,
        responses: [
            DescribedResponse(200, "A page of connections", .schema("ActionConnectionList", .jsonAPI)),
            .error(400, "A parameter is not valid"),
        ]
    )

    fileprivate static let createConnection = OperationDescription(
        id: "CreateActionConnection",
        summary: "Create a connection",
        tag: tag,
        request: "ActionConnectionCreate",
        responses: [
            DescribedResponse(201, "The connection, its secrets blank", .schema("ActionConnection", .jsonAPI)),
            .error(400, "The body is not valid; every error is named"),
        ]
    )

    fileprivate static let getConnection = OperationDescription(
        id: "GetActionConnection",
        summary: "Get a connection",
        tag: tag,
        responses: [
            DescribedResponse(200, "The connection, its secrets blank", .schema("ActionConnection", .jsonAPI)),
            .error(400, "The id is not a UUID"),
            .error(404, "There is no such connection"),
        ]
    )

    fileprivate static let updateConnection = OperationDescription(
        id: "UpdateActionConnection",
        summary: "Change a connection; what is not sent stays as it is",
        tag: tag,
        request: "ActionConnectionUpdate",
        responses: [
            DescribedResponse(200, "The connection, its secrets blank", .schema("ActionConnection", .jsonAPI)),
            .error(400, "The id or the body is not valid; every error is named"),
            .error(404, "There is no such connection"),
        ]
    )

    fileprivate static let deleteConnection = OperationDescription(
        id: "DeleteActionConnection",
        summary: "Delete a connection and its secrets",
        tag: tag,
        responses: [
            DescribedResponse(204, "Deleted"),
            .error(404, "There is no such connection"),
        ]
    )
}
