import Documents

extension Integration {
    package static let circleCI = Integration(
        type: "CircleCI",
        title: "CircleCI",
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
        setup: .code(
            "pycircleci.api.Api(token=TOKEN, url=BASE)",
            removing: "CIRCLE_TOKEN",
            "CIRCLECI_CLI_TOKEN"
        )
    )
}
