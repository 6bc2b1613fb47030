import Access
import ActService
import Connections
import Documents
import HTTPServer
import JSONReading
import NetworkTypes
import Storage
import WorkloadIdentity

// The exchange as vendors' own clients ask for it below a connection's base URL (RFC 7523): a workload's token as the
// assertion, and an act token of that connection as the result.
extension TokenExchangeEndpoint {
    private static let assertionGrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"

    var assertionExchanges: [Endpoint] {
        Set(IntegrationCatalogue.all.compactMap(\.tokenPath)).sorted().map { path in
            Endpoint(
                method: .post,
                path: ActEndpoints.path(of: "{connection_id}") + path,
                guarding: .keyless(String(path.dropFirst())),
                errors: .oauth,
                description: .exchangeAssertion,
                handling: .exchange { try await exchange($0, at: path) }
            )
        }
    }

    private func exchange(_ applicant: Applicant, at path: String) async throws -> Response {
        let body = try applicant.request.json()
        guard body["grant_type"]?.text.map({ $0 == Self.assertionGrantType }) ?? false else {
            throw APIError(.unsupportedGrantType, "grant_type must be \(Self.assertionGrantType).")
        }
        guard let assertion = body["assertion"]?.text, !assertion.isEmpty else {
            throw APIError(.invalidRequest, "assertion is required: the token of the workload.")
        }
        let token = try JSONWebToken(parsing: assertion.secret)
        let found = try issuer(of: token)
        try require(found.organization, in: body, as: "organization_id")
        let workload = try await keys.verify(token, of: found.issuer, at: .now)
        let mapping = try found.issuer.mapping(for: workload)
        try require(mapping.serviceAccount, in: body, as: "service_account_id")
        let account = try account(of: mapping, found, scope: nil)
        let draft = try draft(for: workload, account, mapping, found, applicant)
        let connection = try connection(applicant, at: path, account, draft.principal)
        let id = identifiers.next()
        let text = TokenText.new(.act, id)
        let actToken = ActToken(
            id: id,
            organization: found.organization,
            owner: account.user.id,
            source: .accessToken(draft.token.id),
            name: draft.token.name,
            digest: KeyDigest(of: text),
            limits: ActToken.Limits(connections: [connection]),
            createdAt: draft.token.createdAt,
            expiresAt: draft.token.expiresAt ?? draft.token.createdAt
        )
        try await DelegatedTokens(store: store, identifiers: identifiers).commit(draft, and: actToken)
        var response = Response(
            .json,
            JSONWriter.bytes(of: [
                "access_token": .string(text), "token_type": "Bearer", "expires_in": .integer(mapping.lifetime),
            ])
        )
        response.headers.append(.init(name: "Cache-Control", value: "no-store"))
        return response
    }

    /// Refuses a body that names another id than the one that follows from the token.
    private func require(_ id: Identifier, in body: JSONValue, as member: String) throws {
        guard let named = body[member], named != .null else { return }
        guard named.text.flatMap({ Identifier($0.string) }) == id else {
            throw APIError(.invalidTarget, "\(member) must be the id that the token issuer's mapping leads to.")
        }
    }

    /// The connection in the path, if the account may act through it and its clients exchange tokens at the path.
    private func connection(
        _ applicant: Applicant,
        at path: String,
        _ account: Account,
        _ principal: Principal
    ) throws -> Identifier {
        let unknown = APIError(
            .invalidTarget,
            "The service account can't act through the connection, or its clients exchange no tokens at this path."
        )
        guard Role.permissions(of: account.roles, scopes: account.scopes).contains(.connectionsResolve),
            let id = applicant.parameters["connection_id"].flatMap({ Identifier($0) }),
            let document = try store.document(.connection, id, in: account.user.organization),
            let type = try JSONReader.read(document)["attributes"]?["integration"]?["type"]?.text?.string,
            IntegrationCatalogue.all.first(where: { $0.type == type })?.tokenPath == path
        else { throw unknown }
        do {
            try access.require(.resolver, on: id, for: principal)
        } catch is AccessError {
            throw unknown
        }
        return id
    }
}

extension OperationDescription {
    fileprivate static let exchangeAssertion = OperationDescription(
        id: "ExchangeAssertion",
        summary: "Exchange a workload's token for an act token of one connection, as the vendor's clients ask for it",
        tag: "Workload Identity",
        responses: []
    )
}
