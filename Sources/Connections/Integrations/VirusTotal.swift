import Documents

extension Integration {
    package static let virusTotal = Integration(
        type: "VirusTotal",
        title: "VirusTotal",
        credentials: [
            Variant(
                type: "VirusTotalAPIKey",
                help: "API key",
                [
                    .secret("api_key", "VirusTotal API key")
                ]
            )
        ]
    )
}
