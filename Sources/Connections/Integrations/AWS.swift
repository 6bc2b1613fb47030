import Documents

extension Integration {
    package static let aws = Integration(
        type: "AWS",
        title: "Amazon Web Services",
        reference: "https://docs.aws.amazon.com/",
        baseURL: .awsService,
        credentials: [
            CredentialType(
                "AWSAssumeRole",
                help: "A role to assume; AWS keeps the secret, so there is none here",
                [
                    .text("account_id", "AWS account that holds the role, 12 digits", format: .awsAccountID),
                    .issued("external_id", "External ID that the role's trust policy must ask for"),
                    .reissue("external_id", by: "generate_new_external_id", "true issues a new one"),
                    .issued("principal_id", "AWS account that assumes the role"),
                    .text("role", "Name of the role to assume", format: .awsRoleName),
                ],
                authentication: .assumedRole,
                probe: .callerIdentity
            )
        ],
        errors: .standard.repeatingPosts(),
        settings: [
            .optionalText(
                "region",
                "Region whose STS the role is assumed at, and that a test asks; AWS_REGION of the server by default",
                format: .awsRegion
            )
        ],
        setup: .variables(
            ("AWS_ENDPOINT_URL", .address)
        ).of(.aws)
    )
}
