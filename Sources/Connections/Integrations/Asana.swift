import Documents

extension Integration {
    package static let asana = Integration(
        type: "Asana",
        title: "Asana",
        reference: "https://developers.asana.com/reference",
        baseURL: .fixed("https://app.asana.com/api/1.0"),
        credentials: [
            CredentialType(
                "AsanaAccessToken",
                help: "Access token",
                [
                    .secret("access_token", "Asana access token")
                ],
                authentication: .bearer("access_token").without(query: "access_token"),
                probe: .get("/users/me")
            )
        ],
        links: .members("next_page.uri"),
        setup: .code(
            "configuration.host, configuration.access_token = BASE, TOKEN",
            removing: "ASANA_ACCESS_TOKEN"
        )
    )
}
