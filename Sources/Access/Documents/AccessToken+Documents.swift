package import Documents

// The schemas of access tokens; only creation sets the expiry.
extension DocumentSchema {
    package static let personalAccessToken = DocumentSchema(
        type: "personal_access_tokens",
        attributes: accessToken + [
            .text("expires_at", "When it expires: a time at least a day and at most a year ahead", format: .line)
        ]
    )

    package static let personalAccessTokenUpdate = DocumentSchema(
        type: personalAccessToken.type,
        attributes: accessToken
    )

    package static let serviceAccessToken = DocumentSchema(
        type: "service_access_tokens",
        attributes: accessToken + [
            .optionalText("expires_at", "When it expires; never by default", format: .line).nullable()
        ]
    )

    package static let serviceAccessTokenUpdate = DocumentSchema(
        type: serviceAccessToken.type,
        attributes: accessToken
    )

    private static let accessToken: [Field] = [
        .text("name", "Name of the token", format: .name),
        .texts(
            "scopes",
            "Names of the permissions that the token carries, if its owner has them",
            format: .name,
            countAtMost: 1000
        ).nonEmpty(),
    ]
}

extension AccessToken {
    /// The group of endpoints that a response is from: they name the same token differently.
    package enum Place: Sendable {
        case personal, service
    }

    /// The token in a response, with its last use.
    package static func resource(in place: Place) -> ResourceSchema<AccessToken> {
        common(in: place).adding(.nullableUTCTime("last_used_at", \.lastUsedAt))
    }

    /// The token in the response to its creation: nobody gets its text later.
    package static func createdResource(in place: Place, showing text: String) -> ResourceSchema<AccessToken> {
        common(in: place).adding(.text("key") { _ in text })
    }

    private static func common(in place: Place) -> ResourceSchema<AccessToken> {
        let isOfService = place == .service
        return ResourceSchema(
            type: isOfService ? DocumentSchema.serviceAccessToken.type : DocumentSchema.personalAccessToken.type,
            id: \.id,
            attributes: [
                .utcTime("created_at", \.createdAt),
                .nullableUTCTime("expires_at", \.expiresAt),
                .optionalUTCTime("modified_at", \.modifiedAt),
                .text("name", \.name),
                .text("public_portion") { token in
                    let alias = TokenText.alias(of: token.id)
                    return isOfService ? "\(token.kind.text.rawValue)_\(alias)" : alias
                },
                .texts("scopes") { $0.scopes ?? [] },
            ],
            relationships: [.one("owned_by", isOfService ? "service_account" : "users", \.owner)]
        )
    }
}
