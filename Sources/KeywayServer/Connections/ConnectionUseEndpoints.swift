import Access
import ActService
import Documents
import HTTPServer
import JSONReading
import Storage

/// When connections were last acted through, by the day: Keyway's own, beside Datadog's documents.
struct ConnectionUseEndpoints: Sendable {
    let access: ConnectionAccess
    let store: any LastUseStore
    let uses: KeyUses

    private static let type = "connection_uses"

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Acting",
            at: "/api/v2/actions",
            errors: .objects,
            guarding: .principal(anyOf: [.connectionsRead], registered: true),
            malformedID: .refused,
            missing: "There is no such connection"
        )
        return [
            group.endpoint(
                .get,
                "/connection_uses",
                "ListConnectionUses",
                "List when the connections that the caller may view were last acted through, in their order",
                query: .page,
                responses: [.ok("A page of uses", "ConnectionUseList")],
                .search(list)
            ),
            group.endpoint(
                .get,
                "/connections/{connection_id}/use",
                "GetConnectionUse",
                "Get when a connection was last acted through",
                responses: [.ok("The use", "ConnectionUse")],
                .lookup(get)
            ),
        ]
    }

    private func list(_ call: Call) throws -> Response {
        let (page, next) = try call.page(try call.query()) { page in
            try access.page(for: call.principal, matching: DocumentFilter(), page: page)
        }
        let ids = try page.elements.compactMap { document in
            try JSONReader.read(document)["id"]?.text.flatMap { Identifier($0.string) }
        }
        return .page(
            try ids.map { JSONWriter.bytes(of: try use(of: $0, in: call.principal.organization)) },
            total: page.total,
            totalFiltered: page.totalFiltered,
            next: next
        )
    }

    private func get(_ call: Call) throws -> Response {
        let id = try call.identifier("connection_id", orStatus: 400)
        try access.require(.viewer, on: id, for: call.principal)
        return .document(JSONWriter.bytes(of: try use(of: id, in: call.principal.organization)))
    }

    private func use(of id: Identifier, in organization: Identifier) throws -> JSONValue {
        let stored = try store.lastUse(ofConnection: id, in: organization)
        let day = uses.latest(of: id, stored: stored)?.description.prefix { $0 != "T" }
        return [
            "id": .string(id.description), "type": .string(Self.type),
            "attributes": ["last_used_on": day.map { .string(String($0)) } ?? .null],
        ]
    }
}
