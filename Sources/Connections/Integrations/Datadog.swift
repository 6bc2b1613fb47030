import Documents

extension Integration {
    package static let datadog = Integration(
        type: "Datadog",
        title: "Datadog",
        reference: "https://docs.datadoghq.com/api/latest/",
        baseURL: .credentialHost(
            "datacenter",
            allowedHosts: [".datadoghq.com", ".datadoghq.eu", ".ddog-gov.com"]
        ) { "api.\(sites[$0] ?? $0)" },
        credentials: [
            CredentialType(
                "DatadogAPIKey",
                help: "API key and application key",
                [
                    .secret("api_key", "API key of the target organisation"),
                    .secret("app_key", "Application key of the target organisation"),
                    .destination("datacenter", "Data centre of the target organisation, such as us1.datadoghq.com"),
                    .optionalText("subdomain", "Prefix of links, such as acme in acme.datadoghq.com"),
                ],
                authentication: .headers(("DD-API-KEY", "{api_key}"), ("DD-APPLICATION-KEY", "{app_key}"))
                    .without(query: "api_key", "application_key"),
                // Its validation of both keys: that of the API key alone is another.
                probe: .get(
                    "/api/v2/validate_keys",
                    .init(403, .always, .invalid, "Datadog does not know the API key or the application key")
                )
            )
        ],
        links: .members("links.first", "links.last", "links.next", "links.prev", "links.self"),
        errors: .none,
        setup: .code(
            #"Configuration(host=BASE, api_key={"apiKeyAuth": TOKEN, "appKeyAuth": TOKEN})"#,
            removing: "DATADOG_API_KEY",
            "DATADOG_APP_KEY"
        )
    )

    /// Sites whose data centres have other names than they.
    private static let sites = [
        "us1.datadoghq.com": "datadoghq.com",
        "eu1.datadoghq.com": "datadoghq.eu",
        "eu1.datadoghq.eu": "datadoghq.eu",
        "us1.ddog-gov.com": "ddog-gov.com",
    ]
}
