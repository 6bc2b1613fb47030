import Documents

extension Integration {
    package static let asana = Integration(
        type: "Asana",
        title: "Asana",
        credentials: [
            Variant(
                type: "AsanaAccessToken",
                help: "Access token",
                [
                    .secret("access_token", "Asana access token")
                ]
            )
        ]
    )
}
