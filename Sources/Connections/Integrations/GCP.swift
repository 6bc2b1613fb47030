import Documents

extension Integration {
    package static let gcp = Integration(
        type: "GCP",
        title: "Google Cloud",
        credentials: [
            Variant(
                type: "GCPServiceAccount",
                help: "Service account key",
                [
                    .secret("private_key", "Private key of the service account, in PEM"),
                    .text("service_account_email", "E-mail address of the service account"),
                ]
            )
        ]
    )
}
