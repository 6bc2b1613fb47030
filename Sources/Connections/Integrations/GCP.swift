import Documents

extension Integration {
    package static let gcp = Integration(
        type: "GCP",
        title: "Google Cloud",
        reference: "https://cloud.google.com/apis/docs/overview",
        baseURL: .googleService,
        credentials: [
            CredentialType(
                "GCPServiceAccount",
                help: "Service account key",
                [
                    .secret("private_key", "Private key of the service account, in PEM"),
                    .text("service_account_email", "E-mail address of the service account"),
                ],
                authentication: .serviceAccount,
                probe: .exchange
            )
        ],
        // Other services' selfLinks are names, which requests refer to.
        links: .headers("X-Goog-Upload-URL", "X-Goog-Upload-Control-URL")
            .members("mediaLink", "nextLink")
            .members("selfLink", below: "/storage/"),
        errors: .google,
        settings: [
            .optionalText(
                "scopes",
                "OAuth 2.0 scopes to ask for, with spaces between them; cloud-platform by default",
                format: .scopes
            ),
            .optionalDestination(
                "token_url",
                "URL that issues tokens, https://oauth2.googleapis.com/token by default",
                format: .baseURL,
                by: .origin
            ),
        ],
        setup: .code(
            #"storage.Client(client_options={"api_endpoint": BASE + "/storage"})"#
        ).of(.google)
    )
}
