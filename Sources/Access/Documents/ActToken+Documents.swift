package import Documents

extension ActToken {
    /// The token in a response.
    package static let resource = ResourceSchema<ActToken>(
        type: "act_tokens",
        id: \.id,
        attributes: [
            .nullableText("name", \.name),
            .texts("connections") { $0.limits.connections.map(\.description) },
            .nullableTexts("methods", \.limits.methods),
            .nullableTexts("paths", \.limits.paths),
            .nullableCount("acts", \.limits.actsAtMost),
            .nullableCount("acts_used") { $0.limits.actsAtMost == nil ? nil : $0.acts },
            .utcTime("created_at", \.createdAt),
            .utcTime("expires_at", \.expiresAt),
            .text("access_key_id", \.accessKeyID),
        ],
        relationships: [.one("owned_by", "users", \.owner)]
    )

    /// The token in the response to its creation: nobody gets its text and its secret access key later.
    package static func createdResource(showing text: String, _ secretAccessKey: String) -> ResourceSchema<ActToken> {
        resource.adding(.text("token") { _ in text }).adding(.text("secret_access_key") { _ in secretAccessKey })
    }
}
