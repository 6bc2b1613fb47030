import Documents

extension Integration {
    package static let serviceNow = Integration(
        type: "ServiceNow",
        title: "ServiceNow",
        reference: "https://www.servicenow.com/docs/",
        baseURL: .credentialHost("instance", allowedHosts: [".service-now.com", ".servicenowservices.com"]) { host in
            host.contains(".") ? host : "\(host).service-now.com"
        },
        credentials: [
            CredentialType(
                "ServiceNowBasicAuth",
                help: "User name and password",
                [
                    .destination("instance", "Instance: acme for acme.service-now.com, or a full host name"),
                    .secret("password", "Password of the user"),
                    .text("username", "User name"),
                ],
                authentication: .placed([
                    .basic(user: "{username}", password: "{password}"), .noHeader("X-UserToken"),
                ]),
                probe: .get("/api/now/table/sys_user?sysparm_limit=1")
            )
        ],
        links: .members("download_link"),
        errors: .serviceNow,
        setup: .code(
            "ServiceNowClient(BASE, (\"token\", TOKEN))",
            removing: "SNOW_PASSWORD",
            "SERVICENOW_PASSWORD"
        )
    )
}

extension ClientErrors {
    fileprivate static let serviceNow = ClientErrors { error in
        [
            .init("error", ["message": .string(error.code), "detail": .string(error.message)]),
            .init("status", "failure"),
        ]
    }
}
