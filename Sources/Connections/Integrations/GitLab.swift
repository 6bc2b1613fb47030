import Documents

extension Integration {
    package static let gitLab = Integration(
        type: "Gitlab",
        title: "GitLab",
        credentials: [
            Variant(
                type: "GitlabAPIKey",
                help: "Access token",
                [
                    .secret("api_token", "GitLab personal, project or group access token")
                ]
            )
        ]
    )
}
