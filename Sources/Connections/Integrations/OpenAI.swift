import Documents

extension Integration {
    package static let openAI = Integration(
        type: "OpenAI",
        title: "OpenAI",
        credentials: [
            Variant(
                type: "OpenAIAPIKey",
                help: "API key",
                [
                    .secret("api_token", "OpenAI API key")
                ]
            )
        ]
    )
}
