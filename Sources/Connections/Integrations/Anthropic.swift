import Documents

extension Integration {
    package static let anthropic = Integration(
        type: "Anthropic",
        title: "Anthropic",
        reference: "https://docs.anthropic.com/en/api",
        baseURL: .fixed("https://api.anthropic.com"),
        standardHeaders: [StandardHeader("anthropic-version", "2023-06-01", setting: "api_version")],
        credentials: [
            CredentialType(
                "AnthropicAPIKey",
                help: "API key",
                [
                    .secret("api_token", "Anthropic API token")
                ],
                authentication: .headers(("x-api-key", "{api_token}")),
                probe: .get("/v1/models")
            )
        ],
        links: .members("results_url"),
        errors: .anthropic,
        timeout: 600,
        tokenPath: "/v1/oauth/token",
        settings: [.apiVersion("Version of the API that requests ask for by anthropic-version, 2023-06-01 by default")],
        setup: .variables(
            ("ANTHROPIC_BASE_URL", .address),
            ("ANTHROPIC_API_KEY", .token),
            removing: "ANTHROPIC_AUTH_TOKEN",
            "ANTHROPIC_CUSTOM_HEADERS",
            "ANTHROPIC_FEDERATION_RULE_ID",
            "ANTHROPIC_ORGANIZATION_ID",
            "ANTHROPIC_IDENTITY_TOKEN",
            "ANTHROPIC_IDENTITY_TOKEN_FILE"
        )
    )
}

extension ClientErrors {
    fileprivate static let anthropic = ClientErrors { error in
        [.init("type", "error"), .init("error", ["type": .string(error.code), "message": .string(error.message)])]
    }
}
