import Documents

extension Integration {
    package static let cloudflare = Integration(
        type: "Cloudflare",
        title: "Cloudflare",
        reference: "https://developers.cloudflare.com/api/",
        baseURL: .fixed("https://api.cloudflare.com/client/v4"),
        credentials: [
            CredentialType(
                "CloudflareAPIToken",
                help: "API token",
                [
                    .secret("api_token", "Cloudflare API token")
                ],
                authentication: .bearer("api_token").without(headers: "X-Auth-Email", "X-Auth-Key"),
                probe: .get(
                    "/user/tokens/verify",
                    .init(
                        200,
                        .memberIsNot(["result", "status"], "active"),
                        .invalid,
                        "the token is known but not active: it is disabled or has expired"
                    ),
                    .init(400, .bodyContains("6003"), .invalid, "this is no API token of Cloudflare's")
                )
            ),
            CredentialType(
                "CloudflareGlobalAPIToken",
                help: "Global API key",
                [
                    .text("auth_email", "E-mail address of the account that the global API key belongs to"),
                    .secret("global_api_key", "Cloudflare global API key"),
                ],
                authentication: .headers(("X-Auth-Email", "{auth_email}"), ("X-Auth-Key", "{global_api_key}")),
                probe: .get(
                    "/user",
                    .init(400, .bodyContains("6003"), .invalid, "this is no global API key of Cloudflare's"),
                    .init(403, .bodyContains("9103"), .invalid, "the e-mail address and the key do not belong together")
                )
            ),
        ],
        setup: .variables(
            ("CLOUDFLARE_BASE_URL", .address),
            ("CLOUDFLARE_API_TOKEN", .token),
            removing: "CLOUDFLARE_API_KEY",
            "CLOUDFLARE_EMAIL",
            "CLOUDFLARE_API_USER_SERVICE_KEY"
        )
    )
}
