import Documents

extension Integration {
    package static let split = Integration(
        type: "Split",
        title: "Split",
        credentials: [
            Variant(
                type: "SplitAPIKey",
                help: "Admin API key",
                [
                    .secret("api_key", "Split Admin API key")
                ]
            )
        ]
    )
}
