import Documents

extension Integration {
    package static let fastly = Integration(
        type: "Fastly",
        title: "Fastly",
        credentials: [
            Variant(
                type: "FastlyAPIKey",
                help: "API key",
                [
                    .secret("api_key", "Fastly API key")
                ]
            )
        ]
    )
}
