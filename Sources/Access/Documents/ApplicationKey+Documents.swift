package import Documents

extension DocumentSchema {
    /// An application key, as it is created and changed.
    package static let applicationKey = DocumentSchema(
        type: "application_keys",
        attributes: [
            .text("name", "Name of the key", format: .name),
            .optionalTexts(
                "scopes",
                "Names of the permissions that the key carries, if its owner has them; without any, it carries all "
                    + "that its owner has",
                format: .name,
                countAtMost: 100
            ).nullable(),
        ]
    )
}

extension ApplicationKey {
    /// The key in a response, with its last use.
    package static let resource = common.adding(.nullableTime("last_used_at", \.lastUsedAt))

    /// The key in the response to its creation: nobody gets its text later.
    package static func createdResource(showing text: String) -> ResourceSchema<ApplicationKey> {
        common.adding(.text("key", ofLength: 40) { _ in text }.behind("last4"))
    }

    private static let common = ResourceSchema<ApplicationKey>(
        type: DocumentSchema.applicationKey.type,
        id: \.id,
        attributes: [
            .text("name", \.name),
            .time("created_at", \.createdAt),
            .text("last4", ofLength: 4, \.last4),
            .nullableTexts("scopes", \.scopes),
        ],
        relationships: [.one("owned_by", "users", \.owner)]
    )
}
