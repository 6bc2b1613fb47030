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
        let group = EndpointGroup(
            "Cloud Authentication",
            at: Self.path,
            errors: .strings(.json),
            guarding: .principal(anyOf: [.tokenIssuersManage], registered: false),
            missing: "There is no such mapping"
        )
        return [
            group.endpoint(
                .get,
                "",
                "ListAWSCloudAuthPersonaMappings",
                "List the AWS principals that stand for users",
                responses: [.ok("The mappings", "PersonaMappingList")],
                .search(list)
            ),
            group.endpoint(
                .post,
                "",
                "CreateAWSCloudAuthPersonaMapping",
                "Let an AWS principal, or many of one role, stand for a user or service account",
                request: "PersonaMappingCreate",
                responses: [
                    .created("The mapping", "PersonaMapping"),
                    .error(409, "The organisation has a mapping of this pattern already"),
                ],
                .change(create)
            ),
            group.endpoint(
                .get,
                "/{persona_mapping_id}",
                "GetAWSCloudAuthPersonaMapping",
                "Get a mapping of an AWS principal",
                responses: [.ok("The mapping", "PersonaMapping")],
                .lookup(get)
            ),
            group.endpoint(
                .delete,
                "/{persona_mapping_id}",
                "DeleteAWSCloudAuthPersonaMapping",
                "Delete a mapping: its principals get no more tokens",
                responses: [.empty("Deleted")],
                .change(delete)
            ),
        ]
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
        let draft = try await writer.create(call, id: identifiers.next()) { _ in user?.id.description ?? "" }
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
            .requireCommitted(duplicate: taken)
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
