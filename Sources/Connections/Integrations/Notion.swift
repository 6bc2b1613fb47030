import Documents

extension Integration {
    package static let notion = Integration(
        type: "Notion",
        title: "Notion",
        baseURL: .fixed("https://api.notion.com"),
        standardHeaders: [StandardHeader("Notion-Version", "2022-06-28", setting: "api_version")],
        credentials: [
            CredentialType(
                "NotionAPIKey",
                help: "Integration token",
                [
                    .secret("api_token", "Notion internal integration token")
                ],
                authentication: .bearer("api_token"),
                probe: .get("/v1/users/me")
            )
        ],
        links: .members("upload_url", "complete_url"),
        settings: [.apiVersion("Version of the API that requests ask for by Notion-Version, 2022-06-28 by default")]
    )
}
