import Documents

extension Integration {
    package static let serviceNow = Integration(
        type: "ServiceNow",
        title: "ServiceNow",
        credentials: [
            Variant(
                type: "ServiceNowBasicAuth",
                help: "User name and password",
                [
                    .destination("instance", "Instance: acme for acme.service-now.com, or a full host name"),
                    .secret("password", "Password of the user"),
                    .text("username", "User name"),
                ]
            )
        ]
    )
}
