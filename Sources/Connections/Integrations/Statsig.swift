import Documents

extension Integration {
    package static let statsig = Integration(
        type: "Statsig",
        title: "Statsig",
        credentials: [
            Variant(
                type: "StatsigAPIKey",
                help: "Console API key",
                [
                    .secret("api_key", "Statsig Console API key")
                ]
            )
        ]
    )
}
