import Documents

extension Integration {
    package static let split = Integration(
        type: "Split",
        title: "Split",
        reference: "https://docs.split.io/reference",
        baseURL: .fixed("https://api.split.io/internal/api/v2", siblings: ["/api/v3"]),
        credentials: [
            CredentialType(
                "SplitAPIKey",
                help: "Admin API key",
                [
                    .secret("api_key", "Split Admin API key")
                ],
                authentication: .chosen(
                    bySetting: "authentication_style",
                    [
                        ("bearer", [.header("Authorization", "Bearer {api_key}"), .noHeader("x-api-key")]),
                        ("x-api-key", [.header("x-api-key", "{api_key}")]),
                    ]
                ),
                probe: .get("/workspaces")
            )
        ],
        errors: .codeAndMessage,
        settings: [
            .optionalText(
                "authentication_style",
                "How the key is sent: bearer, or x-api-key for accounts that were moved to Harness; bearer by default",
                format: .authenticationStyle
            )
        ],
        setup: .code(
            #"get_client({"apikey": TOKEN, "base_url": BASE, "base_url_v3": BASE + "/api/v3"})"#,
            removing: "SPLIT_API_KEY"
        )
    )
}

extension TextFormat {
    fileprivate static let authenticationStyle = TextFormat(
        length: 1...64,
        pattern: "^(bearer|x-api-key)$",
        expectation: "one of bearer, x-api-key"
    ) { text in ["bearer", "x-api-key"].contains { text.elementsEqual($0.utf8) } }
}
