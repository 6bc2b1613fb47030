package import Documents

extension DocumentSchema {
    /// The body by which an invitation is accepted.
    package static let invitationAcceptance = DocumentSchema(
        type: "user_invitations",
        attributes: [
            .text("code", "The code, from the response to the invitation"),
            .optionalText("name", "Name of the application key", format: .name),
        ]
    )
}

extension UserInvitation {
    /// The invitation in a response.
    package static let resource = ResourceSchema<UserInvitation>(
        type: DocumentSchema.invitationAcceptance.type,
        id: \.id,
        attributes: [
            .id("uuid", \.id),
            .init("login_method", ["type": "null"]) { _ in .null },
            .text("invite_type") { _ in "application_key" },
            .time("created_at", \.createdAt),
            .time("expires_at", \.expiresAt),
        ],
        relationships: [.one("user", "users", \.user)]
    )

    /// The invitation in the response to its creation: nobody gets its code later.
    package static func createdResource(showing code: String) -> ResourceSchema<UserInvitation> {
        resource.adding(.text("code") { _ in code })
    }
}
