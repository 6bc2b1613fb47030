import Documents

extension Integration {
    package static let azure = Integration(
        type: "Azure",
        title: "Microsoft Azure",
        reference: "https://learn.microsoft.com/rest/api/azure/",
        baseURL: .setting(
            "management_url",
            standard: "https://management.azure.com",
            allowedHosts: [
                "management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn",
                "graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us",
                "microsoftgraph.chinacloudapi.cn",
            ]
        ),
        credentials: [
            CredentialType(
                "AzureTenant",
                help: "App registration of a tenant",
                [
                    .text("app_client_id", "Application (client) ID of the app registration"),
                    .secret("client_secret", "Client secret of the app registration"),
                    .optionalText("custom_scopes", "OAuth 2.0 scope to ask for, in the shape {identifierURI}/.default"),
                    .destination("tenant_id", "Directory (tenant) ID, where the secret is sent", format: .directory),
                ],
                authentication: .clientCredentials,
                probe: .exchange
            )
        ],
        links: .members("nextLink", #"@odata\.nextLink"#, #"@odata\.deltaLink"#),
        errors: .standard.repeatingPosts(),
        settings: [
            .optionalDestination(
                "authority",
                "URL of Microsoft Entra; by default that of the cloud that management_url belongs to",
                format: .baseURL,
                by: .origin
            ),
            .optionalDestination(
                "management_url",
                "URL that paths are joined to, such as https://management.usgovcloudapi.net of a national cloud",
                format: .baseURL,
                by: .origin
            ),
        ],
        setup: .code(
            "SubscriptionClient(DefaultAzureCredential(), base_url=BASE)"
        ).of(.azure)
    )
}

extension TextFormat {
    /// The id of a Microsoft Entra tenant, or a domain name of it.
    fileprivate static let directory = TextFormat(
        length: 1...253,
        pattern: #"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$"#,
        expectation: "a tenant ID or a domain name"
    ) { HostName.isDottedName($0) }
}
