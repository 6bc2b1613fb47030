package import Documents

extension DocumentSchema {
    /// A person, as they are created.
    package static let user = DocumentSchema(type: "users", attributes: person)

    /// A person or a service account, as they are changed.
    package static let userUpdate = DocumentSchema(
        type: "users",
        attributes: person + [.flag("disabled", "Whether the user may do nothing")]
    )

    /// A service account, as it is created.
    package static let serviceAccount = DocumentSchema(
        type: "users",
        attributes: person + [.flag("service_account", "Always true")],
        rules: [
            DocumentRule(at: "/service_account", "must be true: POST /api/v2/users creates a person") {
                $0["service_account"] == true
            }
        ]
    )

    private static let person: [Field] = [
        .text("email", "E-mail address, kept in lower case", format: .email),
        .optionalText("name", "Full name", format: .optionalName).nullable(),
        .optionalText("title", "Job title", format: .optionalName).nullable(),
    ]
}

extension TextFormat {
    fileprivate static let optionalName = TextFormat(
        length: 0...255,
        pattern: #"^[^\u0000-\u001f\u007f]*$"#,
        expectation: "at most 255 characters, none of them a control character"
    ) { !$0.contains(where: \.isASCIIControl) }

    /// Something before and behind one `@`: whether mail arrives there is nothing that we could tell.
    fileprivate static let email = TextFormat(
        length: 3...254,
        pattern: #"^[^\u0000-\u0020\u007f@]+@[^\u0000-\u0020\u007f@]+$"#,
        expectation: "an e-mail address such as jane@example.com"
    ) { characters in
        let parts = characters.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && !parts.contains(where: \.isEmpty)
            && !characters.contains { $0.isASCIIControl || $0 == UInt8(ascii: " ") }
    }
}

extension User {
    /// The user in a response.
    package static let resource = ResourceSchema<User>(
        type: DocumentSchema.user.type,
        id: \.id,
        attributes: [
            .nullableText("name", \.name),
            .text("handle", \.handle),
            .time("created_at", \.createdAt),
            .time("modified_at", \.modifiedAt),
            .text("email", \.email),
            .text("icon") { _ in "" },
            .nullableText("title", \.title),
            // Nobody is invited and has to accept: who is created is there.
            .flag("verified") { _ in true },
            .flag("service_account", \.isServiceAccount),
            .flag("disabled", \.isDisabled),
            .init("allowed_login_methods", nil) { _ in [] },
            .text("status", oneOf: ["Active", "Disabled"]) { $0.isDisabled ? "Disabled" : "Active" },
            .id("uuid", \.id).first(),
            // Keys have no second factor.
            .flag("mfa_enabled") { _ in false },
            .nullableTime("last_login_time", \.lastLoginAt),
        ],
        relationships: [.many("roles", "roles", \.roles), .one("org", "orgs", \.organization)]
    )
}

extension Organization {
    /// The organisation in a response.
    package static let resource = ResourceSchema<Organization>(
        type: "orgs",
        id: \.id,
        attributes: [.text("name", \.name), .time("created_at", \.createdAt)]
    )
}
