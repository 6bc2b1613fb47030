import Documents

extension Integration {
    package static let launchDarkly = Integration(
        type: "LaunchDarkly",
        title: "LaunchDarkly",
        credentials: [
            Variant(
                type: "LaunchDarklyAPIKey",
                help: "Access token",
                [
                    .secret("api_token", "LaunchDarkly access token")
                ]
            )
        ]
    )
}
