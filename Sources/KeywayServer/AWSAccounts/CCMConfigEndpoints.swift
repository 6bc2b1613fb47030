import AWSAccounts
import Access
import Documents
import HTTPServer
import JSONReading
import Storage

/// Where AWS accounts' cost and usage reports lie: a resource of each account.
struct CCMConfigEndpoints: Sendable {
    let documents: any PublicDocuments
    let writer: DocumentWriter

    var all: [Endpoint] {
        [
            endpoint(.get, .awsConfigurationRead, .getCCMConfig, .lookup(get)),
            endpoint(.post, .awsConfigurationEdit, .createCCMConfig, .change(create)),
            endpoint(.patch, .awsConfigurationEdit, .updateCCMConfig, .change(update)),
            endpoint(.delete, .awsConfigurationEdit, .deleteCCMConfig, .change(delete)),
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
            path: "\(AWSAccountEndpoints.path)/accounts/{\(AWSAccountEndpoints.idParameter)}/ccm_config",
            guarding: .principal(anyOf: [permission], registered: false),
            errors: .strings(.jsonAPI),
            description: description,
            handling: handling
        )
    }

    private func get(_ call: Call) throws -> Response {
        let id = try call.awsAccountConfigID()
        guard let document = try documents.document(.ccmConfig, id, in: call.principal.organization) else {
            throw try absence(of: id, call)
        }
        return Self.answer(try JSONReader.read(document))
    }

    private func create(_ call: Call) async throws -> Response {
        let id = try call.awsAccountConfigID()
        let draft = try writer.create(call, id: id) { $0 }
        try await writer.commit(draft, by: call)
            .requireCommitted(or: .noAWSAccount, duplicate: Self.taken, conflict: Self.taken)
        return Self.answer(draft.document)
    }

    private static let taken = APIError(409, "CCM config already exists for this account.")

    private func update(_ call: Call) async throws -> Response {
        let id = try call.awsAccountConfigID()
        guard let draft = try await writer.update(id, call, issue: { $0 }, check: { _ in [] }) else {
            throw try absence(of: id, call)
        }
        return Self.answer(draft.document)
    }

    private func delete(_ call: Call) async throws -> Response {
        let id = try call.awsAccountConfigID()
        guard try await writer.delete(id, call) else { throw try absence(of: id, call) }
        return .noContent
    }

    /// Which of the two is not there: the account, or its configuration.
    private func absence(of id: Identifier, _ call: Call) throws -> APIError {
        try documents.document(.awsAccount, id, in: call.principal.organization) == nil
            ? .noAWSAccount : APIError(404, "The account has no CCM config.")
    }

    private static func answer(_ document: JSONValue) -> Response {
        .document(JSONWriter.bytes(of: DocumentSchema.ccmResponse(to: document)))
    }
}

extension OperationDescription {
    fileprivate static let tag = "AWS Integration"
    private static let answered = DescribedResponse(200, "The configuration", .schema("CCMConfig", .jsonAPI))
    private static let absent = DescribedResponse.error(404, "There is no such account, or it has no configuration")
    private static let malformedID = DescribedResponse.error(400, "The id is not a UUID")
    private static let malformed = DescribedResponse.error(400, "The id or the body is not valid; every error is named")

    fileprivate static let getCCMConfig = OperationDescription(
        id: "GetAWSAccountCCMConfig",
        summary: "Get where the account's cost and usage reports lie",
        tag: tag,
        responses: [answered, malformedID, absent]
    )

    fileprivate static let createCCMConfig = OperationDescription(
        id: "CreateAWSAccountCCMConfig",
        summary: "Say where the account's cost and usage reports lie",
        tag: tag,
        request: "CCMConfigCreate",
        responses: [answered, malformed, absent, .error(409, "The account has a configuration already")]
    )

    fileprivate static let updateCCMConfig = OperationDescription(
        id: "UpdateAWSAccountCCMConfig",
        summary: "Change where the account's cost and usage reports lie",
        tag: tag,
        request: "CCMConfigUpdate",
        responses: [answered, malformed, absent]
    )

    fileprivate static let deleteCCMConfig = OperationDescription(
        id: "DeleteAWSAccountCCMConfig",
        summary: "Forget where the account's cost and usage reports lie",
        tag: tag,
        responses: [DescribedResponse(204, "Deleted"), malformedID, absent]
    )
}
