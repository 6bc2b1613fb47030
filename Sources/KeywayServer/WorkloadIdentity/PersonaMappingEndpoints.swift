import AWSAccounts
import Access
import ActService
import Documents
import HTTPServer
import JSONReading
import Storage

/// The AWS principals that stand for users of the organisation.
struct PersonaMappingEndpoints: Sendable {
    let store: any AccessStore & PublicDocuments
    let writer: DocumentWriter
    let identifiers: IdentifierGenerator

    static let path = "/api/v2/cloud_auth/aws/persona_mapping"
    private static let notFound = APIError(404, "There is no such persona mapping.")

    var all: [Endpoint] {
        let element = "\(Self.path)/{persona_mapping_id}"
        return [
            endpoint(.get, Self.path, .listPersonaMappings, .search(list)),
            endpoint(.post, Self.path, .createPersonaMapping, .change(create)),
            endpoint(.get, element, .getPersonaMapping, .lookup(get)),
            endpoint(.delete, element, .deletePersonaMapping, .change(delete)),
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
            errors: .strings(.json),
            description: description,
            handling: handling
        )
    }

    // MARK: Reading

    private func list(_ call: Call) throws -> Response {
        let organization = call.principal.organization
        let stored = try store.documents(.personaMapping, in: organization, matching: DocumentFilter(), page: nil)
        return .resource(.array(try stored.elements.map { try JSONReader.read($0) }))
    }

    private func get(_ call: Call) throws -> Response {
        let id = try call.identifier("persona_mapping_id", or: Self.notFound)
        guard let document = try store.document(.personaMapping, id, in: call.principal.organization) else {
            throw Self.notFound
        }
        return .resource(try JSONReader.read(document))
    }

    // MARK: Writing

    private func create(_ call: Call) async throws -> Response {
        let identifier = try call.json()["data"]?["attributes"]?["account_identifier"]?.text?.string
        let user = try identifier.flatMap { try self.user($0, in: call.principal.organization) }
        let draft = try writer.create(call, id: identifiers.next()) { _ in user?.id.description ?? "" }
        guard let user else {
            throw InvalidDocument([
                Problem(
                    pointer: "/data/attributes/account_identifier",
                    detail: "is the handle, the email or the id of no enabled user of your organisation, or of several"
                )
            ])
        }
        let roles = try store.roles(of: user)
        try call.requireOwn(Role.permissions(of: roles), of: "The mapping")
        let records = [user.accessRevision] + roles.accessRevisions
        let taken = APIError(409, "The organisation has a mapping of this ARN pattern already.")
        try await writer.commit(draft, requiring: call.isStillAllowed + records.map { .unchanged($0) }, by: call)
            .requireCommitted(duplicate: taken, conflict: APIError.refusedIssue)
        return .resource(draft.document, status: 201)
    }

    /// The one enabled user of that handle, email or id.
    private func user(_ identifier: String, in organization: Identifier) throws -> User? {
        if let id = Identifier(identifier) {
            return try store.user(id, in: organization).flatMap { $0.isDisabled ? nil : $0 }
        }
        var filter = UserFilter()
        filter.isDisabled = false
        filter.contains = identifier
        let order = UserOrder(by: .handle)
        let found = try store.users(in: organization, matching: filter, order: order, page: Page(size: 100, number: 0))
        let byHandle = found.elements.filter { $0.handle == identifier }
        let users = byHandle.isEmpty ? found.elements.filter { $0.email == identifier } : byHandle
        return users.count == 1 ? users[0] : nil
    }

    private func delete(_ call: Call) async throws -> Response {
        let id = try call.identifier("persona_mapping_id", or: Self.notFound)
        guard try await writer.delete(id, call) else { throw Self.notFound }
        return .noContent
    }
}

extension OperationDescription {
    fileprivate static let tag = "Cloud Authentication"
    private static let answered = DescribedResponse(200, "The mapping", .schema("PersonaMapping", .json))
    private static let absent = DescribedResponse.error(404, "There is no such mapping")

    fileprivate static let listPersonaMappings = OperationDescription(
        id: "ListAWSCloudAuthPersonaMappings",
        summary: "List the AWS principals that stand for users",
        tag: tag,
        responses: [DescribedResponse(200, "The mappings", .schema("PersonaMappingList", .json))]
    )

    fileprivate static let createPersonaMapping = OperationDescription(
        id: "CreateAWSCloudAuthPersonaMapping",
        summary: "Let an AWS principal, or many of one role, stand for a user or service account",
        tag: tag,
        request: "PersonaMappingCreate",
        responses: [
            DescribedResponse(201, "The mapping", .schema("PersonaMapping", .json)),
            .error(400, "The body is not valid; every error is named"),
            .error(409, "The organisation has a mapping of this pattern already"),
        ]
    )

    fileprivate static let getPersonaMapping = OperationDescription(
        id: "GetAWSCloudAuthPersonaMapping",
        summary: "Get a mapping of an AWS principal",
        tag: tag,
        responses: [answered, absent]
    )

    fileprivate static let deletePersonaMapping = OperationDescription(
        id: "DeleteAWSCloudAuthPersonaMapping",
        summary: "Delete a mapping: its principals get no more tokens",
        tag: tag,
        responses: [DescribedResponse(204, "Deleted"), absent]
    )
}
