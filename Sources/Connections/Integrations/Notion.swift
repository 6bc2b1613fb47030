import Documents

extension Integration {
    package static let notion = Integration(
        type: "Notion",
        title: "Notion",
        reference: "https://developers.notion.com/reference",
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
        errors: .notion,
        settings: [.apiVersion("Version of the API that requests ask for by Notion-Version, 2022-06-28 by default")],
        setup: .code(
            "Client(auth=TOKEN, base_url=BASE)",
            removing: "NOTION_TOKEN",
            "NOTION_API_KEY"
        )
    )
}

extension ClientErrors {
    /// Notion's clients show the message where they know the code (developers.notion.com/reference/status-codes), by
    /// which they also tell what is worth another try.
    fileprivate static let notion = ClientErrors { error in
        let code =
            switch error.status {
            case 403: "restricted_resource"
            case 404: "object_not_found"
            case 409: "conflict_error"
            case 429: "rate_limited"
            case 500... where !error.isTransient: "invalid_request"
            case 500: "internal_server_error"
            case 504: "gateway_timeout"
            case 501...: "service_unavailable"
            default: "invalid_request"
            }
        return [
            .init("object", "error"), .init("status", .integer(Int64(error.status))), .init("code", .string(code)),
            .init("message", .string(error.message)),
        ]
    }
}
