import Documents

extension Integration {
    package static let circleCI = Integration(
        type: "CircleCI",
        title: "CircleCI",
        credentials: [
            Variant(
                type: "CircleCIAPIKey",
                help: "API token",
                [
                    .secret("api_token", "CircleCI personal API token")
                ]
            )
        ]
    )
}
