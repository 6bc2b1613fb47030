import Documents

extension Integration {
    package static let aws = Integration(
        type: "AWS",
        title: "Amazon Web Services",
        credentials: [
            Variant(
                type: "AWSAssumeRole",
                help: "A role to assume; AWS keeps the secret, so there is none here",
                [
                    .text("account_id", "AWS account that holds the role, 12 digits", format: .digits(12)),
                    .issued("external_id", "External ID that the role's trust policy must ask for"),
                    .reissue("external_id", by: "generate_new_external_id", "true issues a new one"),
                    .issued("principal_id", "AWS account that assumes the role"),
                    .text("role", "Name of the role to assume", format: .roleName),
                ]
            )
        ]
    )
}

extension TextFormat {
    /// A role's name, with its path where it has one (IAM API reference, `CreateRole`).
    fileprivate static let roleName = TextFormat(
        length: 1...576,
        pattern: #"^[A-Za-z0-9+=,.@_/-]+$"#,
        expectation: "a role name: letters, digits and +=,.@_/-"
    ) { $0.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "+=,.@_/-".utf8.contains($0) } }
}
