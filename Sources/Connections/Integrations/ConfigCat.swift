import Documents

extension Integration {
    package static let configCat = Integration(
        type: "ConfigCat",
        title: "ConfigCat",
        reference: "https://api.configcat.com/docs/",
        baseURL: .fixed("https://api.configcat.com"),
        credentials: [
            CredentialType(
                "ConfigCatSDKKey",
                help: "Management API credentials and SDK key",
                [
                    .secret("api_password", "Public Management API password"),
                    .text("api_username", "Public Management API user name"),
                    .secret("sdk_key", "SDK key"),
                ],
                // Only what reads and writes the values of one environment takes the SDK key.
                authentication: .placed([
                    .basic(user: "{api_username}", password: "{api_password}"),
                    .header("X-CONFIGCAT-SDKKEY", "{sdk_key}", below: ["/v1/settings/", "/v2/settings/"]),
                ]),
                probe: .get("/v1/me")
            )
        ],
        setup: .code(
            #"requests.get(BASE + "/v1/organizations", auth=(TOKEN, ""))"#,
            removing: "CONFIGCAT_API_USER",
            "CONFIGCAT_API_PASS"
        )
    )
}
