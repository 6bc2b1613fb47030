import Documents

extension Integration {
    package static let openAI = Integration(
        type: "OpenAI",
        title: "OpenAI",
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
        timeout: 600
    )
}
