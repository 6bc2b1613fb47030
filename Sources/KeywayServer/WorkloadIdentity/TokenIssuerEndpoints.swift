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
        let element = "\(Self.path)/{token_issuer_id}"
        return [
            endpoint(.get, Self.path, .listTokenIssuers, .search(list)),
            endpoint(.post, Self.path, .createTokenIssuer, .change(create)),
            endpoint(.get, element, .getTokenIssuer, .lookup(get)),
            endpoint(.delete, element, .deleteTokenIssuer, .change(delete)),
        ]
    }

    private func endpoint(
        _ method: HTTPMethod,
        _ path: String,
        _ description: OperationDescription,
        _ handling: Handling
    ) -> Endpoint {
        Endpoint(
            method: method,
            path: path,
            guarding: .principal(anyOf: [.tokenIssuersManage], registered: false),
            errors: .objects,
            description: description,
            handling: handling
        )
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
        let draft = try writer.create(call, id: identifiers.next()) { _ in
            TokenIssuer.usualAudience(of: organization)
        }
        guard let issuer = TokenIssuer(draft.document) else { throw APIError.refusedIssue }
        let records = try check(issuer, call)
        let taken = APIError(
            409,
            "/data/attributes/issuer is a token issuer of the organisation already: delete that one first.",
            at: .pointer("/data/attributes/issuer")
        )
        let requirements = call.isStillAllowed + records.map { .unchanged($0) }
        try await writer.commit(draft, requiring: requirements, by: call)
            .requireCommitted(duplicate: taken, conflict: APIError.refusedIssue)
        return .document(JSONWriter.bytes(of: draft.document), status: 201)
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

extension OperationDescription {
    fileprivate static let tag = "Workload Identity"
    private static let answered = DescribedResponse(200, "The token issuer", .schema("TokenIssuer", .jsonAPI))
    private static let absent = DescribedResponse.error(404, "There is no such token issuer")

    fileprivate static let listTokenIssuers = OperationDescription(
        id: "ListTokenIssuers",
        summary: "List the issuers whose tokens stand for service accounts, ordered by URL",
        tag: tag,
        query: .page,
        responses: [
            DescribedResponse(200, "A page of token issuers", .schema("TokenIssuerList", .jsonAPI)),
            .error(400, "A parameter is not valid"),
        ]
    )

    fileprivate static let createTokenIssuer = OperationDescription(
        id: "CreateTokenIssuer",
        summary: "Let tokens of an OpenID Connect issuer stand for service accounts",
        tag: tag,
        request: "TokenIssuerCreate",
        responses: [
            DescribedResponse(201, "The token issuer", .schema("TokenIssuer", .jsonAPI)),
            .error(400, "The body is not valid; every error is named"),
            .error(409, "The organisation has this issuer already"),
        ]
    )

    fileprivate static let getTokenIssuer = OperationDescription(
        id: "GetTokenIssuer",
        summary: "Get a token issuer",
        tag: tag,
        responses: [answered, absent]
    )

    fileprivate static let deleteTokenIssuer = OperationDescription(
        id: "DeleteTokenIssuer",
        summary: "Delete a token issuer: its tokens are exchanged no longer",
        tag: tag,
        responses: [DescribedResponse(204, "Deleted"), absent]
    )
}
