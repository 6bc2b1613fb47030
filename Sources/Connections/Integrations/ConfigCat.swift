import Documents

extension Integration {
    package static let configCat = Integration(
        type: "ConfigCat",
        title: "ConfigCat",
        credentials: [
            Variant(
                type: "ConfigCatSDKKey",
                help: "Management API credentials and SDK key",
                [
                    .secret("api_password", "Public Management API password"),
                    .text("api_username", "Public Management API user name"),
                    .secret("sdk_key", "SDK key"),
                ]
            )
        ]
    )
}
