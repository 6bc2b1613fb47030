import Documents

extension Integration {
    package static let virusTotal = Integration(
        type: "VirusTotal",
        title: "VirusTotal",
        reference: "https://docs.virustotal.com/reference",
        baseURL: .fixed("https://www.virustotal.com/api/v3"),
        credentials: [
            CredentialType(
                "VirusTotalAPIKey",
                help: "API key",
                [
                    .secret("api_key", "VirusTotal API key")
                ],
                authentication: .headers(("x-apikey", "{api_key}")).without(query: "apikey"),
                probe: .get("/popular_threat_categories")
            )
        ],
        links: .members("$.data", "links.next", "links.self"),
        setup: .code(
            "vt.Client(TOKEN, host=BASE)",
            removing: "VT_API_KEY",
            "VTCLI_APIKEY"
        )
    )
}
