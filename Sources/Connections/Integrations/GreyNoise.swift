import Documents

extension Integration {
    package static let greyNoise = Integration(
        type: "GreyNoise",
        title: "GreyNoise",
        reference: "https://docs.greynoise.io/reference",
        baseURL: .fixed("https://api.greynoise.io"),
        credentials: [
            CredentialType(
                "GreyNoiseAPIKey",
                help: "API key",
                [
                    .secret("api_key", "GreyNoise API key")
                ],
                authentication: .headers(("key", "{api_key}")),
                probe: .get("/ping")
            )
        ],
        setup: .code(
            "GreyNoise(APIConfig(api_key=TOKEN, api_server=BASE))",
            removing: "GREYNOISE_API_KEY"
        )
    )
}
