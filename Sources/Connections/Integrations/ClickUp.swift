import Documents

extension Integration {
    package static let clickUp = Integration(
        type: "Clickup",
        title: "ClickUp",
        reference: "https://developer.clickup.com/reference",
        baseURL: .fixed("https://api.clickup.com/api/v2"),
        credentials: [
            CredentialType(
                "ClickupAPIKey",
                help: "API token",
                [
                    .secret("api_token", "ClickUp API token, which starts with pk_")
                ],
                authentication: .headers(("Authorization", "{api_token}")),
                probe: .get("/user")
            )
        ],
        errors: .clickUp,
        setup: .code(
            "ClickupClient.API = BASE + \"/\"; ClickupClient.init(TOKEN)",
            removing: "CLICKUP_API_TOKEN"
        )
    )
}

extension ClientErrors {
    fileprivate static let clickUp = ClientErrors { error in
        [.init("err", .string(error.message)), .init("ECODE", .string(error.code))]
    }
}
