import Access
import Documents
import Storage

/// Changes users, and never takes an organisation's last admin away.
struct UserEditor: Sendable {
    let store: any AccessStore & ChangeStore

    static let notFound = APIError(404, "User not found", at: .parameter("user_id"))

    /// Changes a user.
    ///
    /// - Parameters:
    ///   - id: Whom.
    ///   - call: Who changes them; of the same organisation.
    ///   - action: What the audit log calls it.
    ///   - edit: The change, which gives the records that it was decided on besides. It may refuse, and may leave the
    ///     user as they are: nothing is written then.
    /// - Returns: The user as they are now.
    /// - Throws: What `edit` and the store throw; ``notFound``; ``Overtaken``; ``APIError`` with 400 if the change
    ///   would leave no admin, or two users with one handle.
    func edit(
        _ id: Identifier,
        _ call: Call,
        as action: String,
        _ edit: (inout User) throws -> [AccessRevision]
    ) async throws -> User {
        guard let current = try store.user(id, in: call.principal.organization) else { throw Self.notFound }
        var user = current
        let records = try edit(&user)
        guard user != current else { return current }
        user.modifiedAt = .now
        let change = call.change(
            [.updateUser(user)],
            decidedOn: records,
            requiring: current.isAdmin && !user.isAdmin
                ? [.enabledUser(withRole: Role.admin.id, organization: user.organization)] : [],
            events: call.event(action, on: "users", id, details: user.details)
        )
        try await store.commit(change)
            .requireCommitted(or: Self.notFound, duplicate: .handleTaken, unmet: Self.lastAdmin)
        return user
    }

    private static let lastAdmin = APIError(
        400,
        "This is the organisation's last enabled user with the \(Role.admin.name): give the role to another user first."
    )
}

extension APIError {
    /// Two users of an organisation may not be known by one e-mail address. Terraform enables the other one when it is
    /// told so by this status.
    static let handleTaken = APIError(
        409,
        "/data/attributes/email is another user's, who may be disabled: PATCH /api/v2/users/{user_id} enables them.",
        at: .pointer("/data/attributes/email")
    )
}

extension User {
    /// Whether the user can do what only admins can.
    fileprivate var isAdmin: Bool { !isDisabled && roles.contains(Role.admin.id) }

    /// The details for an audit event: the user after the change.
    var details: [JSONValue.Member] {
        [
            .init("disabled", .boolean(isDisabled)),
            .init("role_ids", .array(roles.map { .string($0.description) })),
        ]
    }
}
