import Documents

extension Integration {
    package static let anthropic = Integration(
        type: "Anthropic",
        title: "Anthropic",
        credentials: [
            Variant(
                type: "AnthropicAPIKey",
                help: "API key",
                [
                    .secret("api_token", "Anthropic API token")
                ]
            )
        ]
    )
}
