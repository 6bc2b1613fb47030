import Documents

extension Integration {
    package static let clickUp = Integration(
        type: "Clickup",
        title: "ClickUp",
        credentials: [
            Variant(
                type: "ClickupAPIKey",
                help: "API token",
                [
                    .secret("api_token", "ClickUp API token, which starts with pk_")
                ]
            )
        ]
    )
}
