import Documents

extension Integration {
    package static let gemini = Integration(
        type: "Gemini",
        title: "Gemini",
        reference: "https://ai.google.dev/api",
        baseURL: .fixed("https://generativelanguage.googleapis.com"),
        credentials: [
            CredentialType(
                "GeminiAPIKey",
                help: "API key",
                [
                    .secret("api_key", "Gemini API key")
                ],
                authentication: .headers(("x-goog-api-key", "{api_key}"))
                    .without(query: "key", "access_token", "oauth_token"),
                probe: .get(
                    "/v1beta/models?pageSize=1",
                    .init(400, .bodyContains("API_KEY_INVALID"), .invalid, "Google does not know the API key")
                )
            )
        ],
        links: .headers("X-Goog-Upload-URL", "X-Goog-Upload-Control-URL"),
        errors: .google,
        timeout: 600,
        setup: .variables(
            ("GOOGLE_GEMINI_BASE_URL", .address),
            ("GOOGLE_API_KEY", .token),
            ("GEMINI_API_KEY", .token)
        )
    )
}
