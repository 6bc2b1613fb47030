import Documents

extension Integration {
    package static let greyNoise = Integration(
        type: "GreyNoise",
        title: "GreyNoise",
        credentials: [
            Variant(
                type: "GreyNoiseAPIKey",
                help: "API key",
                [
                    .secret("api_key", "GreyNoise API key")
                ]
            )
        ]
    )
}
