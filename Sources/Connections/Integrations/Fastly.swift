import Documents

extension Integration {
    package static let fastly = Integration(
        type: "Fastly",
        title: "Fastly",
        reference: "https://www.fastly.com/documentation/reference/api/",
        baseURL: .fixed("https://api.fastly.com"),
        credentials: [
            CredentialType(
                "FastlyAPIKey",
                help: "API key",
                [
                    .secret("api_key", "Fastly API key")
                ],
                authentication: .headers(("Fastly-Key", "{api_key}")),
                probe: .get("/tokens/self")
            )
        ],
        links: .members("links.first", "links.last", "links.next", "links.prev", "links.self"),
        errors: .fastly,
        setup: .code(
            "configuration = fastly.Configuration(host=BASE); configuration.api_token = TOKEN",
            removing: "FASTLY_API_TOKEN",
            "FASTLY_API_KEY"
        )
    )
}

extension ClientErrors {
    fileprivate static let fastly = ClientErrors { error in
        [.init("msg", .string(error.code)), .init("detail", .string(error.message))]
    }
}
