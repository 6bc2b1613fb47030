import Documents

extension Integration {
    package static let cloudflare = Integration(
        type: "Cloudflare",
        title: "Cloudflare",
        credentials: [
            Variant(
                type: "CloudflareAPIToken",
                help: "API token",
                [
                    .secret("api_token", "Cloudflare API token")
                ]
            ),
            Variant(
                type: "CloudflareGlobalAPIToken",
                help: "Global API key",
                [
                    .text("auth_email", "E-mail address of the account that the global API key belongs to"),
                    .secret("global_api_key", "Cloudflare global API key"),
                ]
            ),
        ]
    )
}
