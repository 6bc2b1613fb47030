import Documents

extension Integration {
    package static let freshservice = Integration(
        type: "Freshservice",
        title: "Freshservice",
        reference: "https://api.freshservice.com/",
        baseURL: .credentialHost("domain", allowedHosts: [".freshservice.com"]),
        credentials: [
            CredentialType(
                "FreshserviceAPIKey",
                help: "API key",
                [
                    .secret("api_key", "Freshservice API key"),
                    .destination("domain", "Freshservice domain, such as acme.freshservice.com"),
                ],
                // The key stands for the user; the password is not read.
                authentication: .placed([.basic(user: "{api_key}", password: "X")]),
                probe: .get("/api/v2/tickets?per_page=1")
            )
        ],
        errors: .codeAndMessage,
        setup: .code(
            "FreshPy(domain=BASE, api_key=TOKEN)"
        )
    )
}
