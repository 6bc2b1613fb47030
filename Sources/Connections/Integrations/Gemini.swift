import Documents

extension Integration {
    package static let gemini = Integration(
        type: "Gemini",
        title: "Gemini",
        credentials: [
            Variant(
                type: "GeminiAPIKey",
                help: "API key",
                [
                    .secret("api_key", "Gemini API key")
                ]
            )
        ]
    )
}
