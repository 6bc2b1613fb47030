import Documents

extension Integration {
    package static let notion = Integration(
        type: "Notion",
        title: "Notion",
        credentials: [
            Variant(
                type: "NotionAPIKey",
                help: "Integration token",
                [
                    .secret("api_token", "Notion internal integration token")
                ]
            )
        ]
    )
}
