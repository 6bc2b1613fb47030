import Documents

extension Integration {
    package static let circleCI = Integration(
        type: "CircleCI",
        title: "CircleCI",
        reference: "https://circleci.com/docs/api/v2/",
        baseURL: .fixed("https://circleci.com/api/v2", siblings: ["/api/v1.1"]),
        credentials: [
            CredentialType(
                "CircleCIAPIKey",
                help: "API token",
                [
                    .secret("api_token", "CircleCI personal API token")
                ],
                authentication: .headers(("Circle-Token", "{api_token}")).without(query: "circle-token"),
                probe: .get("/me")
            )
        ],
        errors: .message.repeatingPosts(),
        setup: .variables(
            ("CIRCLE_API_URL", .address(appending: "/api")),
            ("CIRCLE_TOKEN", .token),
            removing: "CIRCLECI_CLI_TOKEN"
        )
    )
}
