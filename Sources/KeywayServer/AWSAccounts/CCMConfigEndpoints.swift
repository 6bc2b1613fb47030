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
        let group = EndpointGroup(
            "AWS Integration",
            at: "\(AWSAccountEndpoints.path)/accounts/{\(AWSAccountEndpoints.idParameter)}/ccm_config",
            errors: .strings(.jsonAPI),
            guarding: .principal(anyOf: [.awsConfigurationEdit], registered: false),
            malformedID: .refused,
            missing: "There is no such account, or it has no configuration"
        )
        return [
            group.endpoint(
                .get,
                "",
                "GetAWSAccountCCMConfig",
                "Get the location of the account's cost and usage reports",
                by: [.awsConfigurationRead],
                responses: [.ok("The configuration", "CCMConfig")],
                .lookup(get)
            ),
            group.endpoint(
                .post,
                "",
                "CreateAWSAccountCCMConfig",
                "Set the location of the account's cost and usage reports",
                request: "CCMConfigCreate",
                responses: [
                    .ok("The configuration", "CCMConfig"), .error(409, "The account has a configuration already"),
                ],
                .change(create)
            ),
            group.endpoint(
                .patch,
                "",
                "UpdateAWSAccountCCMConfig",
                "Change the location of the account's cost and usage reports",
                request: "CCMConfigUpdate",
                responses: [.ok("The configuration", "CCMConfig")],
                .change(update)
            ),
            group.endpoint(
                .delete,
                "",
                "DeleteAWSAccountCCMConfig",
                "Remove the location of the account's cost and usage reports",
                responses: [.empty("Deleted")],
                .change(delete)
            ),
        ]
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
        let draft = try await writer.create(call, id: id) { $0 }
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
