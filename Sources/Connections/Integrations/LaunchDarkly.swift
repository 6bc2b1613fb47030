import Documents

extension Integration {
    package static let launchDarkly = Integration(
        type: "LaunchDarkly",
        title: "LaunchDarkly",
        reference: "https://launchdarkly.com/docs/api",
        baseURL: .settingHost(
            "host",
            standard: "app.launchdarkly.com",
            allowedHosts: ["app.launchdarkly.com", "app.eu.launchdarkly.com", "app.launchdarkly.us"]
        ),
        credentials: [
            CredentialType(
                "LaunchDarklyAPIKey",
                help: "Access token",
                [
                    .secret("api_token", "LaunchDarkly access token")
                ],
                authentication: .headers(("Authorization", "{api_token}")),
                probe: .get("/api/v2/caller-identity")
            )
        ],
        errors: .codeAndMessage,
        settings: [
            .optionalDestination(
                "host",
                "Host of another instance: app.eu.launchdarkly.com or app.launchdarkly.us"
            )
        ],
        setup: .code(
            "Configuration(host=BASE, api_key={\"ApiKey\": TOKEN})",
            removing: "LAUNCHDARKLY_ACCESS_TOKEN",
            "LD_ACCESS_TOKEN"
        )
    )
}
