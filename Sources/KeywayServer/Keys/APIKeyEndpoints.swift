import ActService
import Access
import Documents
import HTTPServer
import Storage

/// The keys that name the organisation.
struct APIKeyEndpoints: Sendable {
    let store: any AccessStore & ChangeStore
    let identifiers: IdentifierGenerator
    let uses: KeyUses

    static let path = "/api/v2/api_keys"
    /// The keys that an organisation may have.
    static let keysAtMost = 1000

    private static let sorting: [(name: String, criterion: KeyOrder.Criterion)] = [
        ("name", .name), ("created_at", .createdAt), ("modified_at", .modifiedAt), ("last4", .last4),
    ]
    private static let includable = ["created_by", "modified_by"]
    private static let notFound = APIError(404, "API key not found", at: .parameter("api_key_id"))

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Key Management",
            at: Self.path,
            errors: .strings(.json),
            guarding: .principal(anyOf: [.apiKeysWrite], registered: false),
            missing: "There is no such key"
        )
        return [
            group.endpoint(
                .get,
                "",
                "ListAPIKeys",
                "List the API keys",
                by: [.apiKeysRead],
                query: .listAPIKeys,
                responses: [.ok("A page of keys", "APIKeyList")],
                .search(list)
            ),
            group.endpoint(
                .post,
                "",
                "CreateAPIKey",
                "Create an API key; no later response shows it",
                request: "APIKeyCreate",
                responses: [.created("The key", "APIKeyCreated")],
                .change(create)
            ),
            group.endpoint(
                .get,
                "/{api_key_id}",
                "GetAPIKey",
                "Get an API key, without its text",
                by: [.apiKeysRead],
                query: .include,
                responses: [.ok("The key", "APIKey")],
                .lookup(get)
            ),
            group.endpoint(
                .patch,
                "/{api_key_id}",
                "UpdateAPIKey",
                "Rename an API key",
                request: "APIKeyUpdate",
                responses: [.ok("The key", "APIKey")],
                .change(update)
            ),
            group.endpoint(
                .delete,
                "/{api_key_id}",
                "DeleteAPIKey",
                "Delete an API key; requests with it are refused from then on",
                by: [.apiKeysDelete],
                responses: [.empty("Deleted")],
                .change(delete)
            ),
        ]
    }

    // MARK: Reading

    private func list(_ call: Call) throws -> Response {
        let query = try call.query()
        var filter = KeyFilter()
        filter.nameContains = try query.only("filter")
        filter.createdFrom = try query.time("filter[created_at][start]")
        filter.createdTo = try query.time("filter[created_at][end]")
        filter.modifiedFrom = try query.time("filter[modified_at][start]")
        filter.modifiedTo = try query.time("filter[modified_at][end]")
        let (criterion, isDescending) = try query.order(Self.sorting)
        let includes = try query.choices("include", from: Self.includable)
        // All keys are alike in these.
        let fitsAll = try query.flag("filter[remote_config_read_enabled]") ?? true
        let isOfCategory = try query.only("filter[category]") ?? "default" == "default"
        let (keys, next) = try call.page(query) { page -> PageOf<APIKey> in
            guard fitsAll, isOfCategory else { return PageOf(elements: [], total: 0, totalFiltered: 0) }
            return try store.apiKeys(
                in: call.principal.organization,
                matching: filter,
                order: KeyOrder(by: criterion, isDescending: isDescending),
                page: page
            )
        }
        return .resource(
            .array(keys.elements.map { $0.json(uses) }),
            included: try included(includes, of: keys.elements),
            meta: [
                "page": ["total_filtered_count": .integer(Int64(keys.totalFiltered))],
                "max_allowed": .integer(Int64(Self.keysAtMost)),
            ],
            next: next
        )
    }

    private func get(_ call: Call) throws -> Response {
        let includes = try call.query().choices("include", from: Self.includable)
        let key = try key(call)
        return .resource(key.json(uses), included: try included(includes, of: [key]))
    }

    private func key(_ call: Call) throws -> APIKey {
        let id = try call.identifier("api_key_id", or: Self.notFound)
        guard let key = try store.apiKey(id, in: call.principal.organization) else { throw Self.notFound }
        return key
    }

    /// The users that were asked for, each once; `nil` if none were.
    private func included(_ includes: [String], of keys: [APIKey]) throws -> [JSONValue]? {
        guard !includes.isEmpty else { return nil }
        var users: [(id: Identifier, organization: Identifier)] = []
        for key in keys {
            let creator = includes.contains("created_by") ? key.createdBy : nil
            let editor = includes.contains("modified_by") ? key.modifiedBy : nil
            for id in [creator, editor].compactMap(\.self) where !users.contains(where: { $0.id == id }) {
                users.append((id, key.organization))
            }
        }
        return try users.compactMap { try store.user($0.id, in: $0.organization)?.json(uses) }
    }

    // MARK: Writing

    private func create(_ call: Call) async throws -> Response {
        let text = KeyText.apiKey()
        let id = identifiers.next()
        let document = try DocumentSchema.apiKey.create(try call.json(), id: id) { $0 }.document
        let key = APIKey(
            id: id,
            organization: call.principal.organization,
            name: document["attributes"]?["name"]?.text?.string ?? "",
            digest: KeyDigest(of: text),
            last4: String(text.suffix(4)),
            createdAt: .now,
            createdBy: call.principal.user
        )
        let change = call.change(
            [.createAPIKey(key)],
            requiring: [.atMost(Self.keysAtMost, .apiKeys(of: key.organization))],
            events: call.event("api_key.create", on: "api_keys", id)
        )
        try await store.commit(change).requireCommitted(unmet: Self.full)
        return .resource(key.json(showing: text), status: 201)
    }

    private static let full = APIError(
        400,
        "The organisation has \(keysAtMost) API keys, the most it may have. Delete some."
    )

    private func update(_ call: Call) async throws -> Response {
        let body = try call.json()
        var key = try key(call)
        let document = try DocumentSchema.apiKey.update(body, id: key.id, of: key.json(uses)) { $0 }.document
        key.name = document["attributes"]?["name"]?.text?.string ?? key.name
        key.modifiedAt = .now
        key.modifiedBy = call.principal.user
        let change = call.change([.updateAPIKey(key)], events: call.event("api_key.update", on: "api_keys", key.id))
        try await store.commit(change).requireCommitted(or: Self.notFound)
        return .resource(key.json(uses))
    }

    private func delete(_ call: Call) async throws -> Response {
        let id = try call.identifier("api_key_id", or: Self.notFound)
        let change = call.change(
            [.deleteAPIKey(id, organization: call.principal.organization)],
            events: call.event("api_key.delete", on: "api_keys", id)
        )
        try await store.commit(change).requireCommitted(or: Self.notFound)
        return .noContent
    }
}

extension [QueryParameter] {
    fileprivate static let include: [QueryParameter] = .choices(
        "include",
        "Users to include with the key",
        from: ["created_by", "modified_by"]
    )

    fileprivate static let listAPIKeys: [QueryParameter] =
        .page + .sort(["name", "created_at", "modified_at", "last4"])
        + .text("filter", "Only keys with this in their names")
        + .time("filter[created_at][start]", "Only keys created then or later")
        + .time("filter[created_at][end]", "Only keys created then or earlier")
        + .time("filter[modified_at][start]", "Only keys changed then or later")
        + .time("filter[modified_at][end]", "Only keys changed then or earlier") + include + [
            QueryParameter(
                name: "filter[remote_config_read_enabled]",
                summary: "All keys are true in this",
                schema: ["type": "boolean"]
            )
        ] + .text("filter[category]", "All keys are of the category default")
}
