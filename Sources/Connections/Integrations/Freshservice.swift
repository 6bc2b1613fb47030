import Documents

extension Integration {
    package static let freshservice = Integration(
        type: "Freshservice",
        title: "Freshservice",
        credentials: [
            Variant(
                type: "FreshserviceAPIKey",
                help: "API key",
                [
                    .secret("api_key", "Freshservice API key"),
                    .destination("domain", "Freshservice domain, such as acme.freshservice.com"),
                ]
            )
        ]
    )
}
