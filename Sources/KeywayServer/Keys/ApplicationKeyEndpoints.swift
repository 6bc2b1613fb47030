import ActService
import Access
import Documents
import HTTPServer
import Storage

/// The keys by which users and service accounts act.
struct ApplicationKeyEndpoints: Sendable {
    let store: any AccessStore & ChangeStore
    let identifiers: IdentifierGenerator
    let uses: KeyUses

    /// The keys that a user may have.
    static let keysAtMost = 1000

    /// The owner of the keys under a group of paths.
    private enum Reach: Sendable {
        case organization, currentUser, serviceAccount
    }

    private static let sorting: [(name: String, criterion: KeyOrder.Criterion)] = [
        ("name", .name), ("created_at", .createdAt), ("last4", .last4),
    ]
    private static let notFound = APIError(404, "Application key not found", at: .parameter("app_key_id"))

    var all: [Endpoint] {
        endpoints(.organization, "/api/v2", "", "of the organisation", .orgAppKeysRead, .orgAppKeysWrite)
            .filter { $0.method != .post }
            + endpoints(
                .currentUser,
                "/api/v2/current_user",
                "CurrentUser",
                "of the caller",
                .userAppKeys,
                .userAppKeys
            )
            + endpoints(
                .serviceAccount,
                "/api/v2/service_accounts/{service_account_id}",
                "ServiceAccount",
                "of a service account",
                .serviceAccountWrite,
                .serviceAccountWrite
            )
    }

    /// The endpoints of one group of paths; keys are created for an owner, not for an organisation.
    ///
    /// - Parameters:
    ///   - reach: The owner of the keys.
    ///   - prefix: The beginning of the paths.
    ///   - infix: The part of the operations' names before `ApplicationKey`.
    ///   - owner: The owner, in words.
    ///   - reading: The permission to read keys.
    ///   - writing: The permission to change them.
    /// - Returns: The endpoints.
    private func endpoints(
        _ reach: Reach,
        _ prefix: String,
        _ infix: String,
        _ owner: String,
        _ reading: Permission,
        _ writing: Permission
    ) -> [Endpoint] {
        let group = EndpointGroup(
            "Key Management",
            at: "\(prefix)/application_keys",
            errors: .strings(.json),
            guarding: .principal(anyOf: [writing], registered: false),
            missing: "There is no such key"
        )
        let include = [QueryParameter].choices("include", "Users to include with the key", from: ["owned_by"])
        let ofOwner: [DescribedResponse] =
            reach == .serviceAccount ? [.error(404, "There is no such service account")] : []
        return [
            group.endpoint(
                .get,
                "",
                "List\(infix)ApplicationKeys",
                "List the application keys \(owner)",
                by: [reading],
                query: .applicationKeys + include + (reach == .organization ? .owner : []),
                responses: [.ok("A page of keys", "ApplicationKeyList")] + ofOwner,
                .search { try list($0, reach) }
            ),
            group.endpoint(
                .post,
                "",
                "Create\(infix)ApplicationKey",
                "Create an application key \(owner); no later response shows it",
                request: "ApplicationKeyCreate",
                responses: [.created("The key", "ApplicationKeyCreated")] + ofOwner,
                .change { try await create($0, reach) }
            ),
            group.endpoint(
                .get,
                "/{app_key_id}",
                "Get\(infix)ApplicationKey",
                "Get an application key \(owner), without its text",
                by: [reading],
                query: include,
                responses: [.ok("The key", "ApplicationKey")],
                .lookup { try get($0, reach) }
            ),
            group.endpoint(
                .patch,
                "/{app_key_id}",
                "Update\(infix)ApplicationKey",
                "Change the name or the scopes of an application key \(owner)",
                request: "ApplicationKeyUpdate",
                responses: [.ok("The key", "ApplicationKey")],
                .change { try await update($0, reach) }
            ),
            group.endpoint(
                .delete,
                "/{app_key_id}",
                "Delete\(infix)ApplicationKey",
                "Delete an application key \(owner); requests with it are refused from then on",
                responses: [.empty("Deleted")],
                .change { try await delete($0, reach) }
            ),
        ]
    }

    // MARK: Reading

    private func list(_ call: Call, _ reach: Reach) throws -> Response {
        let query = try call.query()
        var filter = KeyFilter()
        filter.owner = try owner(call, reach)
        if case .organization = reach, let text = try query.only("filter[owned_by]") {
            guard let owner = Identifier(text) else {
                throw APIError(400, "filter[owned_by] must be a user's id.", at: .parameter("filter[owned_by]"))
            }
            filter.owner = owner
        }
        filter.nameContains = try query.only("filter")
        filter.createdFrom = try query.time("filter[created_at][start]")
        filter.createdTo = try query.time("filter[created_at][end]")
        let (criterion, isDescending) = try query.order(Self.sorting)
        let includes = try query.choices("include", from: ["owned_by"])
        let (keys, next) = try call.page(query) { page in
            try store.applicationKeys(
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
                "max_allowed_per_user": .integer(Int64(Self.keysAtMost)),
            ],
            next: next
        )
    }

    private func get(_ call: Call, _ reach: Reach) throws -> Response {
        let includes = try call.query().choices("include", from: ["owned_by"])
        let key = try key(call, reach)
        return .resource(key.json(uses), included: try included(includes, of: [key]))
    }

    /// The owner of the keys that the call is about; `nil` for any owner.
    private func owner(_ call: Call, _ reach: Reach) throws -> Identifier? {
        switch reach {
        case .organization: return nil
        case .currentUser: return call.principal.user
        case .serviceAccount:
            let notFound = APIError(404, "Service account not found", at: .parameter("service_account_id"))
            let id = try call.identifier("service_account_id", or: notFound)
            guard let user = try store.user(id, in: call.principal.organization), user.isServiceAccount else {
                throw notFound
            }
            return id
        }
    }

    private func key(_ call: Call, _ reach: Reach) throws -> ApplicationKey {
        let owner = try owner(call, reach)
        let id = try call.identifier("app_key_id", or: Self.notFound)
        guard let key = try store.applicationKey(id, in: call.principal.organization), key.owner == owner ?? key.owner
        else { throw Self.notFound }
        return key
    }

    /// The owners, each once, if they were asked for.
    private func included(_ includes: [String], of keys: [ApplicationKey]) throws -> [JSONValue]? {
        guard !includes.isEmpty else { return nil }
        var owners: [Identifier] = []
        for key in keys where !owners.contains(key.owner) { owners.append(key.owner) }
        guard let organization = keys.first?.organization else { return [] }
        return try owners.compactMap { try store.user($0, in: organization)?.json(uses) }
    }

    // MARK: Writing

    private func create(_ call: Call, _ reach: Reach) async throws -> Response {
        try Self.requireKeys(call)
        let owner = try owner(call, reach) ?? call.principal.user
        let text = KeyText.applicationKey()
        let id = identifiers.next()
        let document = try DocumentSchema.applicationKey.create(try call.json(), id: id) { $0 }.document
        let key = ApplicationKey(
            id: id,
            organization: call.principal.organization,
            owner: owner,
            name: document["attributes"]?["name"]?.text?.string ?? "",
            digest: KeyDigest(of: text),
            last4: String(text.suffix(4)),
            scopes: document.scopes,
            isRegistered: false,
            createdAt: .now
        )
        let change = call.change(
            [.createApplicationKey(key)],
            decidedOn: try requireOwn(key, call),
            requiring: [.atMost(Self.keysAtMost, .applicationKeys(owner: owner, organization: key.organization))],
            events: call.event("application_key.create", on: "application_keys", id, details: key.details)
        )
        try await store.commit(change).requireCommitted(unmet: Self.full)
        return .resource(key.json(showing: text), status: 201)
    }

    private static let full = APIError(
        400,
        "The user has \(keysAtMost) application keys, the most a user may have. Delete some."
    )

    private func update(_ call: Call, _ reach: Reach) async throws -> Response {
        let body = try call.json()
        let current = try key(call, reach)
        let document = try DocumentSchema.applicationKey.update(body, id: current.id, of: current.document) { $0 }
            .document
        var key = current
        key.name = document["attributes"]?["name"]?.text?.string ?? key.name
        key.scopes = document.scopes
        let change = call.change(
            [.updateApplicationKey(key)],
            // Renaming a key grants nothing.
            decidedOn: try decided(on: key, from: current, call),
            events: call.event("application_key.update", on: "application_keys", key.id, details: key.details)
        )
        try await store.commit(change).requireCommitted(or: Self.notFound)
        return .resource(key.json(uses))
    }

    /// The records that a change of a key is decided on: who renames one hands nothing out.
    private func decided(
        on key: ApplicationKey,
        from current: ApplicationKey,
        _ call: Call
    ) throws -> [AccessRevision] {
        guard key.scopes != current.scopes else { return [] }
        try Self.requireKeys(call)
        return try requireOwn(key, call)
    }

    /// Refuses a token: what it hands out may not outlive it, and an application key has no end.
    private static func requireKeys(_ call: Call) throws(APIError) {
        guard case .accessToken = call.principal.proof else { return }
        throw APIError(
            403,
            "A token can neither make application keys nor change their scopes: they would outlive it. Use a pair of keys."
        )
    }

    private func delete(_ call: Call, _ reach: Reach) async throws -> Response {
        let key = try key(call, reach)
        let change = call.change(
            [.deleteApplicationKey(key.id, organization: key.organization)],
            decidedOn: [key.accessRevision],
            events: call.event("application_key.delete", on: "application_keys", key.id, details: key.details)
        )
        try await store.commit(change).requireCommitted(or: Self.notFound)
        return .noContent
    }

    /// Refuses a key that could do what the key of the request can't.
    ///
    /// - Returns: The records that this was decided on.
    private func requireOwn(_ key: ApplicationKey, _ call: Call) throws -> [AccessRevision] {
        guard let owner = try store.user(key.owner, in: key.organization) else { throw Self.notFound }
        let roles = try store.roles(of: owner)
        try call.requireOwn(Role.permissions(of: roles, scopes: key.scopes), of: "The key")
        return [owner.accessRevision] + roles.accessRevisions
    }
}

extension ApplicationKey {
    /// The key as its schema has it: `scopes` is missing where there are none.
    fileprivate var document: JSONValue {
        var attributes: [JSONValue.Member] = [.init("name", .string(name))]
        if let scopes { attributes.append(.init("scopes", .array(scopes.map { .string($0) }))) }
        return ["attributes": .object(attributes)]
    }

    /// The details for an audit event.
    fileprivate var details: [JSONValue.Member] {
        [
            .init("owner_id", .string(owner.description)),
            .init("scopes", scopes.map { .array($0.map { .string($0) }) } ?? .null),
        ]
    }
}

extension JSONValue {
    /// The scopes of a key's document.
    fileprivate var scopes: [String]? {
        guard case .array(let scopes)? = self["attributes"]?["scopes"] else { return nil }
        return scopes.compactMap { $0.text?.string }
    }
}

extension [QueryParameter] {
    fileprivate static let applicationKeys: [QueryParameter] =
        .page + .sort(["name", "created_at", "last4"]) + .text("filter", "Only keys with this in their names")
        + .time("filter[created_at][start]", "Only keys created then or later")
        + .time("filter[created_at][end]", "Only keys created then or earlier")

    fileprivate static let owner = [
        QueryParameter(
            name: "filter[owned_by]",
            summary: "Only keys of this user",
            schema: ["type": "string", "format": "uuid"]
        )
    ]
}
