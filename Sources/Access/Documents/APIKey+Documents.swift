package import Documents

extension DocumentSchema {
    /// An API key, as it is created and changed.
    package static let apiKey = DocumentSchema(
        type: "api_keys",
        attributes: [
            .text("name", "Name of the key", format: .name),
            .optionalText("category", "Keys have one category here, default", format: .onlyCategory),
            .flag("remote_config_read_enabled", "Always true: keys have no such switch here", standard: true),
        ],
        rules: [
            DocumentRule(at: "/remote_config_read_enabled", "can't be switched off: leave it out, or send true") {
                $0["remote_config_read_enabled"] != false
            }
        ]
    )
}

extension TextFormat {
    fileprivate static let onlyCategory = TextFormat(length: 7...7, pattern: "^default$", expectation: "\"default\"") {
        $0.elementsEqual("default".utf8)
    }
}

extension APIKey {
    /// The key in a response, with its last use.
    package static let resource = common.adding(.nullableTime("date_last_used", \.lastUsedAt))

    /// The key in the response to its creation: nobody gets its text later.
    package static func createdResource(showing text: String) -> ResourceSchema<APIKey> {
        common.adding(.text("key", ofLength: 32) { _ in text }.behind("created_at"))
    }

    private static let common = ResourceSchema<APIKey>(
        type: DocumentSchema.apiKey.type,
        id: \.id,
        attributes: [
            .time("created_at", \.createdAt),
            .text("last4", ofLength: 4, \.last4),
            .time("modified_at", \.modifiedAt),
            .text("name", \.name),
            .text("category") { _ in "default" },
            .flag("remote_config_read_enabled") { _ in true },
        ],
        // The first key of an organisation was made by nobody who is a user.
        relationships: [
            .optionalOne("created_by", "users", \.createdBy), .optionalOne("modified_by", "users", \.modifiedBy),
        ]
    )
}
