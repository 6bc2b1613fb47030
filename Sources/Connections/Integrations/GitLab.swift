import Documents

extension Integration {
    package static let gitLab = Integration(
        type: "Gitlab",
        title: "GitLab",
        reference: "https://docs.gitlab.com/api/rest/",
        baseURL: .settingHost("host", standard: "gitlab.com", path: "/api/v4", allowedHosts: ["gitlab.com"]),
        credentials: [
            CredentialType(
                "GitlabAPIKey",
                help: "Access token",
                [
                    .secret("api_token", "GitLab personal, project or group access token")
                ],
                authentication: .headers(("PRIVATE-TOKEN", "{api_token}"))
                    .without(headers: "JOB-TOKEN", "Deploy-Token")
                    .without(query: "private_token", "job_token", "access_token"),
                probe: .get("/personal_access_tokens/self")
            )
        ],
        links: .members("_links.self"),
        errors: .message,
        settings: [
            .optionalDestination(
                "host",
                "Host of a GitLab of one's own, such as gitlab.example.com, which needs custom_domain too"
            )
        ],
        setup: .code(
            "gitlab.Gitlab(BASE, private_token=TOKEN, keep_base_url=True)",
            removing: "GITLAB_TOKEN",
            "GITLAB_PRIVATE_TOKEN",
            "GITLAB_ACCESS_TOKEN",
            "CI_JOB_TOKEN",
            "OAUTH_TOKEN"
        )
    )
}
