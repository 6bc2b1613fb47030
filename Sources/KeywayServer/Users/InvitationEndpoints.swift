import ActService
import Access
import Documents
import HTTPServer
import Storage

/// How a person gets their first application key: by the code of an invitation, which the inviter passes on. No mail is
/// sent.
struct InvitationEndpoints: Sendable {
    let store: any AccessStore & ChangeStore
    let identifiers: IdentifierGenerator

    private static let type = "user_invitations"
    private static let notFound = APIError(
        404,
        "There is no such invitation, or it is accepted or expired, or its code is different."
    )
    private static let countAtMost = 100

    var all: [Endpoint] {
        let group = EndpointGroup(
            "Users",
            at: "/api/v2",
            errors: .strings(.json),
            guarding: .principal(anyOf: [.userAccessInvite], registered: false),
            missing: "There is no such invitation any more"
        )
        return [
            group.endpoint(
                .post,
                "/user_invitations",
                "SendInvitations",
                "Invite users; pass on the codes in the response, since no mail is sent",
                request: "UserInvitationCreate",
                responses: [.created("The invitations", "UserInvitationList")],
                .change(invite)
            ),
            group.endpoint(
                .get,
                "/user_invitations/{user_invitation_uuid}",
                "GetInvitation",
                "Get an invitation, without its code",
                responses: [.ok("The invitation", "UserInvitation")],
                .lookup(get)
            ),
            group.endpoint(
                .delete,
                "/users/{user_id}/invitations",
                "DeleteUserInvitations",
                "Take back the invitations of a user, if there are any",
                responses: [.empty("There are none"), .error(404, "There is no such user")],
                .change(deleteAll)
            ),
            group.endpoint(
                .post,
                "/user_invitations/{user_invitation_uuid}/accept",
                "AcceptInvitation",
                "Accept an invitation by its code: the response has an application key of the user's",
                guarding: .apiKey,
                request: "UserInvitationAcceptance",
                responses: [.created("The key", "ApplicationKeyCreated")],
                .admission(accept)
            ),
        ]
    }

    // MARK: Inviting

    private func invite(_ call: Call) async throws -> Response {
        var mutations: [Mutation] = []
        var records: [AccessRevision] = []
        var events: [AuditEvent] = []
        var invitations: [JSONValue] = []
        for user in try invited(try call.json(), call) {
            let roles = try store.roles(of: user)
            let permissions = Role.permissions(of: roles)
            // Anyone who knows the code can become the user.
            try call.requireOwn(permissions, of: "The invitation")
            let code = KeyText.applicationKey()
            let invitation = UserInvitation(
                id: identifiers.next(),
                organization: user.organization,
                user: user.id,
                digest: KeyDigest(of: code),
                permissions: permissions,
                createdAt: .now
            )
            // After another invitation, older codes no longer let the user in.
            mutations += [
                .deleteInvitations(of: user.id, organization: user.organization), .createInvitation(invitation),
            ]
            records += [user.accessRevision] + roles.accessRevisions
            events.append(
                call.event(
                    "user_invitation.create",
                    on: Self.type,
                    invitation.id,
                    details: [.init("user_id", .string(user.id.description))]
                )
            )
            invitations.append(invitation.json(code: code))
        }
        let change = call.change(mutations, decidedOn: records, events: events)
        try await store.commit(change).requireCommitted()
        return .resource(.array(invitations), status: 201)
    }

    /// The users that a body names, who are enabled and of the caller's organisation.
    private func invited(_ body: JSONValue, _ call: Call) throws -> [User] {
        guard case .object(let members) = body, members.count == 1, case .array(let elements)? = body["data"],
            (1...Self.countAtMost).contains(elements.count)
        else {
            throw InvalidDocument([
                Problem(pointer: "/data", detail: "must be a list of 1 to \(Self.countAtMost) invitations, and alone")
            ])
        }
        var problems: [Problem] = []
        var users: [User] = []
        for (index, element) in elements.enumerated() {
            let pointer = "/data/\(index)"
            if !(element["type"]?.text.map { $0 == Self.type } ?? false) {
                problems.append(Problem(pointer: "\(pointer)/type", detail: "is required and must be \"\(Self.type)\""))
            }
            let place = "\(pointer)/relationships/user/data"
            let reference = element["relationships"]?["user"]?["data"] ?? .null
            do {
                let id = try ResourceReference.id(in: reference, ofType: "users", at: place)
                if let user = try store.user(id, in: call.principal.organization), !user.isDisabled {
                    users.append(user)
                } else {
                    problems.append(Problem(pointer: "\(place)/id", detail: "is no enabled user of your organisation"))
                }
            } catch let error as InvalidDocument {
                problems += error.problems
            }
        }
        guard problems.isEmpty else { throw InvalidDocument(problems) }
        return users
    }

    private func get(_ call: Call) throws -> Response {
        let id = try call.identifier("user_invitation_uuid", or: Self.notFound)
        guard let invitation = try store.invitation(id, in: call.principal.organization), invitation.isGood(at: .now)
        else { throw Self.notFound }
        return .resource(invitation.json())
    }

    private func deleteAll(_ call: Call) async throws -> Response {
        let id = try call.identifier("user_id", or: UserEditor.notFound)
        let change = call.change(
            [.deleteInvitations(of: id, organization: call.principal.organization)],
            events: call.event("user_invitation.delete", on: "users", id)
        )
        try await store.commit(change).requireCommitted(or: UserEditor.notFound)
        return .noContent
    }

    // MARK: Accepting

    /// Makes the first application key of the person who has the code, with an API key of the organisation.
    private func accept(_ admission: Admission) async throws -> Response {
        guard let id = admission.parameters["user_invitation_uuid"].flatMap({ Identifier($0) }) else {
            throw Self.notFound
        }
        let body = try DocumentSchema.invitationAcceptance.create(try admission.request.json(), id: id) { $0 }.document
        let code = KeyDigest(of: body["attributes"]?["code"]?.text?.string ?? "")
        let text = KeyText.applicationKey()
        let organization = admission.apiKey.organization
        guard let invitation = try store.invitation(id, in: organization), invitation.digest == code,
            invitation.isGood(at: .now), let user = try store.user(invitation.user, in: organization),
            !user.isDisabled
        else { throw Self.notFound }
        let roles = try store.roles(of: user)
        guard Role.permissions(of: roles).subtracting(invitation.permissions).members.isEmpty else {
            throw APIError(
                403,
                "The user has more permissions now than when they were invited: somebody with those permissions has "
                    + "to invite them again."
            )
        }
        let key = ApplicationKey(
            id: identifiers.next(),
            organization: organization,
            owner: user.id,
            name: body["attributes"]?["name"]?.text?.string ?? "By invitation",
            digest: KeyDigest(of: text),
            last4: String(text.suffix(4)),
            scopes: nil,
            isRegistered: false,
            createdAt: .now
        )
        try await commit(key, of: user, roles, by: invitation, admission)
        return .resource(key.json(showing: text), status: 201)
    }

    private func commit(
        _ key: ApplicationKey,
        of user: User,
        _ roles: [Role],
        by invitation: UserInvitation,
        _ admission: Admission
    ) async throws {
        guard
            let principal = Principal(
                apiKey: admission.apiKey,
                applicationKey: key,
                user: user,
                ownRoles: roles.compactMap(\.own)
            )
        else { throw Self.notFound }
        let event = AuditEvent(
            organization: key.organization,
            actor: .principal(principal),
            action: "user_invitation.accept",
            resourceType: Self.type,
            resource: invitation.id,
            details: [.init("application_key_id", .string(key.id.description))],
            requestID: admission.requestID
        )
        let records = [admission.apiKey.accessRevision, user.accessRevision] + roles.accessRevisions
        let change = Change(
            [.deleteInvitation(invitation.id, organization: key.organization), .createApplicationKey(key)],
            requiring: records.map { .unchanged($0) },
            event: event
        )
        try await store.commit(change).requireCommitted(or: Self.notFound)
    }
}

extension UserInvitation {
    /// The invitation as it is returned; to its creator, with its code, which nobody gets later.
    fileprivate func json(code: String? = nil) -> JSONValue {
        code.map { Self.createdResource(showing: $0).json(of: self) } ?? Self.resource.json(of: self)
    }
}
