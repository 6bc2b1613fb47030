import AWSAccounts
import Access
import Documents
import HTTPServer
import JSONReading
import Storage

/// The AWS Integration API's account configurations.
struct AWSAccountEndpoints: Sendable {
    let documents: any PublicDocuments
    let store: any PublicDocuments & ChangeStore
    let writer: DocumentWriter
    let identifiers: IdentifierGenerator
    /// The AWS account that roles are told to trust.
    let principalID: String

    static let path = "/api/v2/integration/aws"
    static let idParameter = "aws_account_config_id"

    var all: [Endpoint] {
        let group = EndpointGroup(
            "AWS Integration",
            at: Self.path,
            errors: .strings(.jsonAPI),
            guarding: .principal(anyOf: [.awsConfigurationRead], registered: false),
            malformedID: .refused,
            missing: "There is no such configuration"
        )
        return [
            group.endpoint(
                .get,
                "/accounts",
                "ListAWSAccounts",
                "List the AWS accounts",
                query: .listAWSAccounts,
                responses: [.ok("The accounts", "AWSAccountList")],
                .list(list)
            ),
            group.endpoint(
                .post,
                "/accounts",
                "CreateAWSAccount",
                "Create an AWS account's configuration",
                by: [.awsConfigurationsManage],
                request: "AWSAccountCreate",
                responses: [
                    .ok("The configuration", "AWSAccount"), .error(409, "The account has a configuration already"),
                ],
                .change(create)
            ),
            group.endpoint(
                .get,
                "/accounts/{aws_account_config_id}",
                "GetAWSAccount",
                "Get an AWS account's configuration",
                responses: [.ok("The configuration", "AWSAccount")],
                .lookup(get)
            ),
            group.endpoint(
                .patch,
                "/accounts/{aws_account_config_id}",
                "UpdateAWSAccount",
                "Change an AWS account's configuration; what is not sent stays as it is",
                by: [.awsConfigurationEdit],
                request: "AWSAccountUpdate",
                responses: [.ok("The configuration", "AWSAccount")],
                .change(update)
            ),
            group.endpoint(
                .delete,
                "/accounts/{aws_account_config_id}",
                "DeleteAWSAccount",
                "Delete an AWS account's configuration",
                by: [.awsConfigurationsManage],
                responses: [.empty("Deleted")],
                .change(delete)
            ),
            group.endpoint(
                .get,
                "/accounts/{aws_account_config_id}/trust_policy",
                "GetAWSAccountTrustPolicy",
                "Get the trust policy that the account's role needs",
                responses: [
                    .ok("The policy document, as IAM takes it", "TrustPolicy", .json),
                    .error(400, "The id is not a UUID, or the account is reached by access keys"),
                ],
                .lookup(trustPolicy)
            ),
            group.endpoint(
                .post,
                "/generate_new_external_id",
                "CreateNewAWSExternalID",
                "Issue an external id for a future configuration",
                by: [.awsConfigurationEdit],
                responses: [.ok("The external id", "AWSExternalID")],
                .change(generateNewExternalID)
            ),
        ]
    }

    // MARK: Reading

    private func get(_ call: Call) throws -> Response {
        .document(try document(call))
    }

    private func document(_ call: Call) throws -> [UInt8] {
        let id = try call.awsAccountConfigID()
        guard let document = try documents.document(.awsAccount, id, in: call.principal.organization) else {
            throw APIError.noAWSAccount
        }
        return document
    }

    private func list(_ call: Call) throws -> ReadList {
        let filter = DocumentFilter(name: try call.query().only("aws_account_id"))
        let organization = call.principal.organization
        return ReadList { [documents] position in
            let (documents, end) = try documents.documents(
                .awsAccount,
                in: organization,
                matching: filter,
                after: position,
                bytes: ReadList.pieceBytes
            )
            return ReadList.Piece(documents: documents, end: end)
        }
    }

    private func trustPolicy(_ call: Call) throws -> Response {
        let attributes = try JSONReader.read(try document(call))["attributes"]
        guard let externalID = attributes?["auth_config"]?["external_id"]?.text?.string,
            let partition = attributes?["aws_partition"]?.text?.string
        else {
            throw APIError(400, "This account is reached by access keys: no role has to trust anyone.")
        }
        let policy = TrustPolicy(partition: partition, principal: principalID, externalID: externalID)
        return Response(.json, JSONWriter.bytes(of: policy.document))
    }

    // MARK: Writing

    private func create(_ call: Call) async throws -> Response {
        let externalID = ExternalID.issue()
        let draft = try await writer.create(call, id: identifiers.next(), issue: Self.issuing(externalID))
        // A conflict is as a rule another organisation that brings the same external id: then the second look tells. Else
        // it is the id, and the next round has another.
        for _ in 0..<2 {
            switch try await writer.commit(draft, and: try externalIDs(of: draft, besides: externalID, call), by: call)
            {
            case .committed: return .document(draft.record.document)
            case .duplicate: throw APIError(409, "An account with this aws_account_id already exists.")
            case .conflict, .missing, .unmet: continue
            }
        }
        throw Overtaken()
    }

    private func update(_ call: Call) async throws -> Response {
        let id = try call.awsAccountConfigID()
        let externalID = ExternalID.issue()
        let updated = try await writer.update(id, call, issue: Self.issuing(externalID)) { draft in
            try externalIDs(of: draft, besides: externalID, call)
        }
        guard let updated else { throw APIError.noAWSAccount }
        return .document(updated.record.document)
    }

    private func delete(_ call: Call) async throws -> Response {
        guard try await writer.delete(try call.awsAccountConfigID(), call) else { throw APIError.noAWSAccount }
        return .noContent
    }

    private func generateNewExternalID(_ call: Call) async throws -> Response {
        let externalID = ExternalID.issue()
        let change = Change(
            [.issueExternalID(externalID, organization: call.principal.organization)],
            event: call.event("aws_external_id.create", on: "external_id", identifiers.next())
        )
        guard try await store.commit(change) == .committed else {
            throw APIError.refusedIssue
        }
        let data: JSONValue = [
            "id": "external_id", "type": "external_id", "attributes": ["external_id": .string(externalID)],
        ]
        return .document(JSONWriter.bytes(of: data))
    }

    /// The mutations that note the draft's external id, as issued or brought, if it is not noted yet.
    ///
    /// - Throws: ``APIError`` with 400 if the id is another organisation's.
    private func externalIDs(of draft: DocumentWriter.Draft, besides issued: String, _ call: Call) throws -> [Mutation]
    {
        guard let externalID = draft.document["attributes"]?["auth_config"]?["external_id"]?.text?.string else {
            return []
        }
        let organization = call.principal.organization
        if externalID == issued { return [.issueExternalID(externalID, organization: organization)] }
        let owner = try store.owner(ofExternalID: externalID)
        if let owner, owner.organization != organization {
            let pointer = "/data/attributes/auth_config/external_id"
            throw APIError(
                400,
                "\(pointer) is another organisation's on this server. Bring another, or leave it out: an account without "
                    + "one gets one.",
                at: .pointer(pointer)
            )
        }
        let brought = owner?.isIssued ?? false ? nil : externalID
        // An account that is new has brought none yet.
        guard brought != nil || draft.previous != nil else { return [] }
        return [.bringExternalID(brought, account: draft.record.id, organization: organization)]
    }

    private static func issuing(_ externalID: String) -> (String) -> String {
        let now = Timestamp.now.description
        return { field in field == "external_id" ? externalID : now }
    }
}

extension Call {
    /// The id in the path. Terraform puts it in quotes, and the reference responds as if they were not there.
    func awsAccountConfigID() throws -> Identifier {
        let parameter = AWSAccountEndpoints.idParameter
        let text = parameters[parameter] ?? ""
        let isQuoted = text.utf8.count > 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
        guard let id = Identifier(isQuoted ? text.dropFirst().dropLast() : text[...]) else {
            throw APIError(400, "\(parameter) must be a UUID.", at: .parameter(parameter))
        }
        return id
    }
}

extension APIError {
    /// The account is not there, or is another organisation's.
    static let noAWSAccount = APIError(404, "AWS account with provided id is not integrated.")
}

extension [QueryParameter] {
    fileprivate static let listAWSAccounts: [QueryParameter] = [
        QueryParameter(
            name: "aws_account_id",
            summary: "Only the account of this number",
            schema: ["type": "string"]
        )
    ]
}
