import ActService
import Access
import Documents
import HTTPServer
import JSONReading
import Storage
import WorkloadIdentity

/// The issuers whose tokens stand for service accounts of the organisation.
struct TokenIssuerEndpoints: Sendable {
    let store: any AccessStore & PublicDocuments
    let writer: DocumentWriter
    let identifiers: IdentifierGenerator
    /// Whether an issuer may be reached by plain HTTP.
    let allowsPlaintext: Bool

    static let path = "/api/v2/actions/token_issuers"
    private static let notFound = APIError(404, "There is no such token issuer.")

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Workload Identity",
            at: Self.path,
            errors: .objects,
            guarding: .principal(anyOf: [.tokenIssuersManage], registered: false),
            missing: "There is no such token issuer"
        )
        return [
            group.endpoint(
                .get,
                "",
                "ListTokenIssuers",
                "List the issuers whose tokens stand for service accounts, ordered by URL",
                query: .page,
                responses: [.ok("A page of token issuers", "TokenIssuerList")],
                .search(list)
            ),
            group.endpoint(
                .post,
                "",
                "CreateTokenIssuer",
                "Let tokens of an OpenID Connect issuer stand for service accounts",
                request: "TokenIssuerCreate",
                responses: [
                    .created("The token issuer", "TokenIssuer"),
                    .error(409, "The organisation has this issuer already"),
                ],
                .change(create)
            ),
            group.endpoint(
                .get,
                "/{token_issuer_id}",
                "GetTokenIssuer",
                "Get a token issuer",
                responses: [.ok("The token issuer", "TokenIssuer")],
                .lookup(get)
            ),
            group.endpoint(
                .patch,
                "/{token_issuer_id}",
                "UpdateTokenIssuer",
                "Change a token issuer; mappings are replaced as a whole, and what is not sent stays as it is",
                request: "TokenIssuerUpdate",
                responses: [
                    .ok("The token issuer", "TokenIssuer"),
                    .error(409, "The organisation has this issuer already"),
                ],
                .change(update)
            ),
            group.endpoint(
                .delete,
                "/{token_issuer_id}",
                "DeleteTokenIssuer",
                "Delete a token issuer: its tokens are exchanged no longer",
                responses: [.empty("Deleted")],
                .change(delete)
            ),
        ]
    }

    // MARK: Reading

    private func list(_ call: Call) throws -> Response {
        let (page, next) = try call.page(try call.query()) { page in
            try store.documents(
                .tokenIssuer,
                in: call.principal.organization,
                matching: DocumentFilter(),
                page: page
            )
        }
        return .page(page.elements, total: page.total, totalFiltered: page.totalFiltered, next: next)
    }

    private func get(_ call: Call) throws -> Response {
        let id = try call.identifier("token_issuer_id", or: Self.notFound)
        guard let document = try store.document(.tokenIssuer, id, in: call.principal.organization) else {
            throw Self.notFound
        }
        return .document(document)
    }

    // MARK: Writing

    private func create(_ call: Call) async throws -> Response {
        let organization = call.principal.organization
        let draft = try await writer.create(call, id: identifiers.next()) { _ in
            TokenIssuer.usualAudience(of: organization)
        }
        guard let issuer = TokenIssuer(draft.document) else { throw APIError.refusedIssue }
        let records = try check(issuer, call)
        let requirements = call.isStillAllowed + records.map { .unchanged($0) }
        try await writer.commit(draft, requiring: requirements, by: call)
            .requireCommitted(duplicate: Self.taken)
        return .document(JSONWriter.bytes(of: draft.document), status: 201)
    }

    private static let taken = APIError(
        409,
        "/data/attributes/issuer is a token issuer of the organisation already: delete that one first.",
        at: .pointer("/data/attributes/issuer")
    )

    private func update(_ call: Call) async throws -> Response {
        let id = try call.identifier("token_issuer_id", or: Self.notFound)
        let audience = TokenIssuer.usualAudience(of: call.principal.organization)
        guard let draft = try await writer.draft(updating: id, by: call, issue: { _ in audience }) else {
            throw Self.notFound
        }
        guard let issuer = TokenIssuer(draft.document) else { throw APIError.refusedIssue }
        // All of it is checked: who changes a part answers for the whole.
        let records = try check(issuer, call)
        let requirements = call.isStillAllowed + records.map { .unchanged($0) }
        try await writer.commit(draft, requiring: requirements, by: call)
            .requireCommitted(or: Self.notFound, duplicate: Self.taken)
        return .document(JSONWriter.bytes(of: draft.document))
    }

    /// Refuses an issuer that could be another organisation's, or that would hand out more than the caller has.
    ///
    /// - Returns: The records that this was decided on.
    private func check(_ issuer: TokenIssuer, _ call: Call) throws -> [AccessRevision] {
        let organization = call.principal.organization
        var problems: [Problem] = []
        if !allowsPlaintext, !issuer.url.lowercased().utf8.starts(with: "https://".utf8) {
            problems.append(Problem(pointer: "/data/attributes/issuer", detail: "must be an https:// URL"))
        }
        if TokenIssuer.organization(ofAudience: issuer.audience) != organization {
            problems.append(
                Problem(
                    pointer: "/data/attributes/audience",
                    detail: "must end with the organisation's id, with : or / before it, such as "
                        + TokenIssuer.usualAudience(of: organization)
                )
            )
        }
        var records: [AccessRevision] = []
        for (index, mapping) in issuer.mappings.enumerated() {
            let place = "/data/attributes/mappings/\(index)"
            for scope in mapping.scopes ?? [] where Permission(scope: scope) == nil {
                problems.append(Problem(pointer: "\(place)/scopes", detail: "may name permissions alone"))
                break
            }
            guard let account = try store.user(mapping.serviceAccount, in: organization), account.isServiceAccount,
                !account.isDisabled
            else {
                problems.append(
                    Problem(
                        pointer: "\(place)/service_account_id",
                        detail: "is no enabled service account of your organisation"
                    )
                )
                continue
            }
            let roles = try store.roles(of: account)
            try call.requireOwn(Role.permissions(of: roles, scopes: mapping.scopes), of: "The token issuer")
            records += [account.accessRevision] + roles.accessRevisions
        }
        guard problems.isEmpty else { throw InvalidDocument(problems) }
        return records
    }

    private func delete(_ call: Call) async throws -> Response {
        let id = try call.identifier("token_issuer_id", or: Self.notFound)
        guard try await writer.delete(id, call) else { throw Self.notFound }
        return .noContent
    }
}
