import Documents

extension Integration {
    package static let datadog = Integration(
        type: "Datadog",
        title: "Datadog",
        credentials: [
            Variant(
                type: "DatadogAPIKey",
                help: "API key and application key",
                [
                    .secret("api_key", "API key of the target organisation"),
                    .secret("app_key", "Application key of the target organisation"),
                    .destination("datacenter", "Data centre of the target organisation, such as us1.datadoghq.com"),
                    .optionalText("subdomain", "Prefix of links, such as acme in acme.datadoghq.com"),
                ]
            )
        ]
    )
}
