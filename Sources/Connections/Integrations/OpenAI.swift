import Documents

extension Integration {
    package static let openAI = Integration(
        type: "OpenAI",
        title: "OpenAI",
        reference: "https://platform.openai.com/docs/api-reference",
        baseURL: .fixed("https://api.openai.com"),
        credentials: [
            CredentialType(
                "OpenAIAPIKey",
                help: "API key",
                [
                    .secret("api_token", "OpenAI API key")
                ],
                authentication: .bearer("api_token"),
                probe: .get("/v1/models")
            )
        ],
        timeout: 600,
        setup: .variables(
            ("OPENAI_BASE_URL", .address(appending: "/v1")),
            ("OPENAI_API_KEY", .token),
            removing: "OPENAI_ADMIN_KEY",
            "OPENAI_CUSTOM_HEADERS",
            "OPENAI_ORG_ID",
            "OPENAI_PROJECT_ID"
        )
    )
}
