import Access
import ActService
import Documents
import HTTPServer
import Storage

/// The personal access tokens of an organisation, and the tokens of its service accounts.
struct AccessTokenEndpoints: Sendable {
    let store: any AccessStore & ChangeStore
    let identifiers: IdentifierGenerator
    let uses: KeyUses
    private let revoked = RevokedTokens()

    /// The tokens that a user may have.
    private static let tokensAtMost = 1000
    private static let day: Int64 = 86_400_000_000
    /// The tolerance for a caller's clock.
    private static let skew: Int64 = 300_000_000

    private static let sorting: [(name: String, criterion: AccessTokenOrder.Criterion)] = [
        ("name", .name), ("created_at", .createdAt), ("expires_at", .expiresAt), ("last_used_at", .lastUsedAt),
    ]
    private static let notFound = APIError(404, "Access token not found", at: .parameter("token_id"))

    init(store: any AccessStore & ChangeStore, identifiers: IdentifierGenerator, uses: KeyUses) {
        self.store = store
        self.identifiers = identifiers
        self.uses = uses
    }

    var all: [Endpoint] {
        let personal = endpoints(
            .personal,
            "PersonalAccessToken",
            "a personal access token",
            EndpointGroup(
                Self.tag,
                at: "/api/v2/personal_access_tokens",
                errors: .strings(.jsonAPI),
                guarding: .principal(anyOf: [.userAppKeys, .orgAppKeysWrite], registered: false),
                missing: Self.missing
            ),
            reading: [.userAppKeys, .orgAppKeysRead]
        )
        let ofServiceAccounts = endpoints(
            .service,
            "ServiceAccountAccessToken",
            "an access token of a service account",
            EndpointGroup(
                Self.tag,
                at: "/api/v2/service_accounts/{service_account_id}/access_tokens",
                errors: .strings(.jsonAPI),
                guarding: .principal(anyOf: [.serviceAccountWrite], registered: false),
                missing: Self.missing
            ),
            reading: [.serviceAccountWrite]
        )
        return personal + ofServiceAccounts
    }

    private static let tag = "Access Tokens"
    private static let missing = "There is no such token"

    /// The endpoints of one group.
    ///
    /// - Parameters:
    ///   - place: The group.
    ///   - name: The reference's name of its tokens.
    ///   - one: One of them, in words.
    ///   - group: The parts that they have in common.
    ///   - reading: The permissions to read tokens.
    /// - Returns: The endpoints.
    private func endpoints(
        _ place: AccessToken.Place,
        _ name: String,
        _ one: String,
        _ group: EndpointGroup,
        reading: [Permission]
    ) -> [Endpoint] {
        let isPersonal = place == .personal
        let body = isPersonal ? "PersonalAccessToken" : "ServiceAccessToken"
        let ofOwner: [DescribedResponse] = isPersonal ? [] : [.error(404, "There is no such service account")]
        return [
            group.endpoint(
                .get,
                "",
                "List\(name)s",
                "List the \(isPersonal ? "access tokens of users and service accounts" : "access tokens of a service account")",
                by: reading,
                query: .page + .sort(Self.sorting.map(\.name)) + .text("filter", "Only tokens with this in their names")
                    + (isPersonal ? .text("filter[owned_by]", "Only tokens of the user with this id") : []),
                responses: [.ok("A page of tokens", "\(body)List")] + ofOwner,
                .search { try list($0, place) }
            ),
            group.endpoint(
                .post,
                "",
                "Create\(name)",
                "Create \(one); no later response shows it",
                request: "\(body)Create",
                responses: [.created("The token", "\(body)Created")] + ofOwner,
                .change { try await create($0, place) }
            ),
            group.endpoint(
                .get,
                "/{token_id}",
                "Get\(name)",
                "Get \(one), without its text",
                by: reading,
                responses: [.ok("The token", body)],
                .lookup { try get($0, place) }
            ),
            group.endpoint(
                .patch,
                "/{token_id}",
                "Update\(name)",
                "Change the name or the scopes of \(one)",
                request: "\(body)Update",
                responses: [.ok("The token", body)],
                .change { try await update($0, place) }
            ),
            group.endpoint(
                .delete,
                "/{token_id}",
                "Revoke\(name)",
                "Revoke \(one): requests with it are refused from then on",
                responses: [.empty("Revoked")],
                .change { try await revoke($0, place) }
            ),
        ]
    }

    // MARK: Reading

    private func list(_ call: Call, _ place: AccessToken.Place) throws -> Response {
        let query = try call.query()
        var filter = AccessTokenFilter()
        filter.nameContains = try query.only("filter")
        switch place {
        case .service: filter.owner = try serviceAccount(call).id
        case .personal:
            let own = call.principal.permissions.contains(.orgAppKeysRead) ? nil : call.principal.user
            filter.owner = own
            if let text = try query.only("filter[owned_by]") {
                guard let owner = Identifier(text) else {
                    throw APIError(400, "filter[owned_by] must be a user's id.", at: .parameter("filter[owned_by]"))
                }
                if let own, own != owner { throw Self.othersTokens(.orgAppKeysRead) }
                filter.owner = owner
            }
        }
        let (criterion, isDescending) = try query.order(Self.sorting)
        let (tokens, next) = try call.page(query) { page in
            try store.accessTokens(
                in: call.principal.organization,
                matching: filter,
                order: AccessTokenOrder(by: criterion, isDescending: isDescending),
                page: page
            )
        }
        return .resource(
            .array(tokens.elements.map { $0.json(in: place, uses) }),
            meta: ["page": ["total_filtered_count": .integer(Int64(tokens.totalFiltered))]],
            next: next,
            as: .jsonAPI
        )
    }

    private func get(_ call: Call, _ place: AccessToken.Place) throws -> Response {
        .resource(try token(call, place, others: .orgAppKeysRead).json(in: place, uses), as: .jsonAPI)
    }

    private func serviceAccount(_ call: Call) throws -> User {
        let notFound = APIError(404, "Service account not found", at: .parameter("service_account_id"))
        let id = try call.identifier("service_account_id", or: notFound)
        guard let user = try store.user(id, in: call.principal.organization), user.isServiceAccount else {
            throw notFound
        }
        return user
    }

    /// The token that the call is about; `permission` is needed for another user's.
    private func token(_ call: Call, _ place: AccessToken.Place, others permission: Permission) throws -> AccessToken {
        let owner = place == .service ? try serviceAccount(call).id : nil
        let id = try call.identifier("token_id", or: Self.notFound)
        guard let token = try store.accessToken(id, in: call.principal.organization), token.kind != .delegated,
            token.owner == owner ?? token.owner
        else { throw Self.notFound }
        let isOthers = place == .personal && token.owner != call.principal.user
        guard !isOthers || call.principal.permissions.contains(permission) else { throw Self.othersTokens(permission) }
        return token
    }

    private static func othersTokens(_ permission: Permission) -> APIError {
        APIError(403, "Other users' tokens need the permission \(permission.rawValue).")
    }

    // MARK: Writing

    private func create(_ call: Call, _ place: AccessToken.Place) async throws -> Response {
        let owner: Identifier
        switch place {
        case .service: owner = try serviceAccount(call).id
        case .personal:
            guard call.principal.permissions.contains(.userAppKeys) else {
                throw APIError(403, "A token of one's own needs the permission \(Permission.userAppKeys.rawValue).")
            }
            owner = call.principal.user
        }
        let schema: DocumentSchema = place == .service ? .serviceAccessToken : .personalAccessToken
        let kind: AccessToken.Kind = place == .service ? .service : .personal
        let id = identifiers.next()
        let document = try schema.create(try call.json(), id: id) { $0 }.document
        let text = TokenText.new(kind.text, id)
        let now = Timestamp.now
        let token = AccessToken(
            id: id,
            organization: call.principal.organization,
            kind: kind,
            owner: owner,
            name: document["attributes"]?["name"]?.text?.string ?? "",
            digest: KeyDigest(of: text),
            scopes: document.scopes,
            createdAt: now,
            expiresAt: try expiry(document, of: kind, now, call)
        )
        let change = call.change(
            [.createAccessToken(token)],
            decidedOn: try requireOwn(token, call),
            requiring: [.atMost(Self.tokensAtMost, .accessTokens(owner: owner, organization: token.organization))],
            events: call.event("access_token.create", on: "access_tokens", id, details: token.details)
        )
        try await store.commit(change).requireCommitted(unmet: Self.full)
        return .resource(token.json(in: place, showing: text), status: 201, as: .jsonAPI)
    }

    private static let full = APIError(
        400,
        "The owner has \(tokensAtMost) access tokens, the most they may have. Revoke some."
    )

    /// The time at which a new token expires.
    private func expiry(
        _ document: JSONValue,
        of kind: AccessToken.Kind,
        _ now: Timestamp,
        _ call: Call
    ) throws -> Timestamp? {
        func problem(_ detail: String) -> InvalidDocument {
            InvalidDocument([Problem(pointer: "/data/attributes/expires_at", detail: detail)])
        }
        let text = document["attributes"]?["expires_at"]?.text?.string
        let time = text.flatMap { Timestamp(rfc3339: $0) }
        if text != nil, time == nil {
            throw problem("must be a time with an offset, such as 2027-11-20T14:05:09Z")
        }
        if let time {
            let ahead = time.microseconds - now.microseconds
            switch kind {
            case .personal where ahead < Self.day - Self.skew || ahead > 366 * Self.day + Self.skew:
                throw problem("must be at least a day and at most a year ahead")
            case .service where ahead <= 0: throw problem("must be in the future")
            default: break
            }
        }
        if let limit = call.principal.expiresAt, time.map({ $0 > limit }) ?? true {
            throw problem("must not be later than \(limit.description), when the token of this request expires")
        }
        return time
    }

    private func update(_ call: Call, _ place: AccessToken.Place) async throws -> Response {
        let body = try call.json()
        let current = try token(call, place, others: .orgAppKeysWrite)
        let schema: DocumentSchema = place == .service ? .serviceAccessTokenUpdate : .personalAccessTokenUpdate
        let document = try schema.update(body, id: current.id, of: current.document) { $0 }.document
        var token = current
        token.name = document["attributes"]?["name"]?.text?.string ?? token.name
        token.scopes = document.scopes
        token.modifiedAt = .now
        var records: [AccessRevision] = []
        // Who renames a token hands nothing out.
        if token.scopes != current.scopes {
            if let limit = call.principal.expiresAt, token.expiresAt.map({ $0 > limit }) ?? true {
                throw APIError(403, "The token of this request expires before the one whose scopes it would change.")
            }
            records = try requireOwn(token, call)
        }
        let change = call.change(
            [.updateAccessToken(token)],
            decidedOn: records,
            events: call.event("access_token.update", on: "access_tokens", token.id, details: token.details)
        )
        try await store.commit(change).requireCommitted(or: Self.notFound)
        return .resource(token.json(in: place, uses), as: .jsonAPI)
    }

    private func revoke(_ call: Call, _ place: AccessToken.Place) async throws -> Response {
        let id = try call.identifier("token_id", or: Self.notFound)
        if revoked.contains(id, of: call.principal.organization) { return .noContent }
        let token = try token(call, place, others: .orgAppKeysWrite)
        let change = call.change(
            [.deleteAccessToken(token.id, organization: token.organization)],
            decidedOn: [token.accessRevision],
            events: call.event("access_token.revoke", on: "access_tokens", token.id, details: token.details)
        )
        try await store.commit(change).requireCommitted(or: Self.notFound)
        revoked.note(id, of: token.organization)
        return .noContent
    }

    /// Refuses a token that could do what the credential of the request can't.
    ///
    /// - Returns: The records that this was decided on.
    private func requireOwn(_ token: AccessToken, _ call: Call) throws -> [AccessRevision] {
        guard let owner = try store.user(token.owner, in: token.organization) else { throw Self.notFound }
        let roles = try store.roles(of: owner)
        try call.requireOwn(Role.permissions(of: roles, scopes: token.scopes), of: "The token")
        return [owner.accessRevision] + roles.accessRevisions
    }
}

extension JSONValue {
    /// The scopes of a token's document.
    fileprivate var scopes: [String]? {
        guard case .array(let scopes)? = self["attributes"]?["scopes"] else { return nil }
        return scopes.compactMap { $0.text?.string }
    }
}
