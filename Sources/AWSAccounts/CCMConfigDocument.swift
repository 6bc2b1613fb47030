package import Documents

extension DocumentSchema {
    /// Where an AWS account's cost and usage reports lie (*Cloud Cost Management*), as it is sent.
    ///
    /// The reference returns the list without the object around it, see ``ccmResponse(to:)``.
    package static let ccmConfig = DocumentSchema(
        type: "ccm_config",
        attributes: [.group("ccm_config", "Cloud Cost Management of the account", ccmConfigResponse.attributes)]
    )

    /// The document as the reference returns it.
    package static let ccmConfigResponse = DocumentSchema(
        type: "ccm_config",
        attributes: [
            .list(
                "data_export_configs",
                "Exports of cost and usage reports",
                of: Choice([
                    .text("report_name", "Name of the report", format: .name),
                    .text("report_prefix", "Prefix of the report's objects in the bucket", format: .s3Prefix),
                    .text("report_type", "Kind of the report, such as CUR2.0", format: .name),
                    .text("bucket_name", "Bucket that holds the report", format: .awsBucketName),
                    .text("bucket_region", "Region of the bucket", format: .awsRegion),
                ]),
                countAtMost: 100
            )
        ]
    )

    /// The document as the reference returns it: the members of `ccm_config` are the attributes.
    package static func ccmResponse(to document: JSONValue) -> JSONValue {
        [
            "id": document["id"] ?? .null,
            "type": document["type"] ?? .null,
            "attributes": document["attributes"]?["ccm_config"] ?? .object([]),
        ]
    }
}

extension TextFormat {
    static let s3Prefix = TextFormat(
        length: 0...1024,
        pattern: #"^[^\u0000-\u001f\u007f]*$"#,
        expectation: "a prefix of object names"
    ) { !$0.contains(where: \.isASCIIControl) }
}
