import Documents

extension Integration {
    package static let okta = Integration(
        type: "Okta",
        title: "Okta",
        credentials: [
            Variant(
                type: "OktaAPIToken",
                help: "API token",
                [
                    .secret("api_token", "Okta API token"),
                    .destination("domain", "Okta domain, such as acme.okta.com"),
                ]
            )
        ]
    )
}
