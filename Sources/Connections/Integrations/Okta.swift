import Documents

extension Integration {
    package static let okta = Integration(
        type: "Okta",
        title: "Okta",
        reference: "https://developer.okta.com/docs/api/",
        baseURL: .credentialHost(
            "domain",
            allowedHosts: [".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com", ".okta.mil"]
        ) { host in
            // The console's host has no API: acme-admin.okta.com stands for acme.okta.com.
            let labels = host.split(separator: ".", maxSplits: 1)
            guard labels.count == 2, labels[0].hasSuffix("-admin") else { return host }
            return "\(labels[0].dropLast("-admin".count)).\(labels[1])"
        },
        credentials: [
            CredentialType(
                "OktaAPIToken",
                help: "API token",
                [
                    .secret("api_token", "Okta API token"),
                    .destination("domain", "Okta domain, such as acme.okta.com"),
                ],
                authentication: .headers(("Authorization", "SSWS {api_token}")),
                probe: .get("/api/v1/users/me")
            )
        ],
        links: .members("_links.*.href"),
        errors: .okta,
        setup: .variables(
            ("OKTA_CLIENT_ORGURL", .address),
            ("OKTA_CLIENT_TOKEN", .token),
            ("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", .plaintext("true")),
            removing: "OKTA_CLIENT_PRIVATEKEY"
        ).overridden(by: ".okta/okta.yaml")
    )
}

extension ClientErrors {
    fileprivate static let okta = ClientErrors(repeatsPosts: true) { error in
        [
            .init("errorCode", .string(error.code)), .init("errorSummary", .string(error.message)),
            .init("errorCauses", []),
        ]
    }
}
