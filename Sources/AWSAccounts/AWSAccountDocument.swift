package import Documents

extension DocumentSchema {
    /// The configuration of an AWS account, as the AWS Integration API has it.
    ///
    /// Members stand in the order in which the reference returns them.
    package static let awsAccount = DocumentSchema(
        type: "account",
        attributes: [
            .optionalTexts(
                "account_tags",
                "Tags put on every host and metric of the account",
                format: .awsTag,
                countAtMost: 100
            ).with(standard: []).nullable(),
            .choice("auth_config", "How the account is reached: by access keys or by a role", authentication),
            .fixed("aws_account_id", "Number of the AWS account, 12 digits", format: .awsAccountID),
            .text("aws_partition", "Partition of the account", format: .awsPartition),
            .choice(
                "aws_regions",
                "Regions to collect from: all, or only those listed",
                Choice(options: [
                    [.flag("include_all", "All regions")],
                    [.texts("include_only", "Only these regions", format: .awsRegion, countAtMost: 100)],
                ]),
                standard: ["include_all": true]
            ),
            .issued("created_at", "When the configuration was created"),
            .group("logs_config", "Collection of logs", [lambdaForwarder]),
            .group("metrics_config", "Collection of metrics", metrics),
            .renewed("modified_at", "When the configuration was last changed"),
            .group(
                "resources_config",
                "Collection of resources",
                [
                    .flag(
                        "cloud_security_posture_management_collection",
                        "Scan resources for security findings; needs extended_collection",
                        standard: false
                    ),
                    .flag("extended_collection", "Collect attributes and configuration of resources", standard: true),
                ]
            ),
            .group(
                "traces_config",
                "Collection of traces",
                [
                    .choice(
                        "xray_services",
                        "X-Ray services to collect from: all, or only those listed",
                        Choice(options: [
                            [.flag("include_all", "All services")],
                            [.texts("include_only", "Only these services", format: .awsNamespace, countAtMost: 500)],
                        ]),
                        standard: ["include_only": []]
                    )
                ]
            ),
        ],
        rules: [
            DocumentRule(
                at: "/resources_config/cloud_security_posture_management_collection",
                "needs resources_config.extended_collection to be true"
            ) { attributes in
                let resources = attributes["resources_config"]
                return resources?["cloud_security_posture_management_collection"] != .boolean(true)
                    || resources?["extended_collection"] == .boolean(true)
            }
        ]
    )

    private static let authentication = Choice(
        options: [
            [
                .text("role_name", "Name of the IAM role", format: .awsRoleName),
                .issuedUnlessSent(
                    "external_id",
                    "External ID that the role asks for, issued here or one's own; issued now if left out",
                    format: .externalID
                ),
            ],
            [
                .text("access_key_id", "ID of the access key", format: .awsAccessKeyID),
                .withheldSecret("secret_access_key", "Secret access key"),
            ],
        ],
        refusalToSwitch: "can't switch between role and access keys: delete this account and create another"
    )

    private static let lambdaForwarder = Field.group(
        "lambda_forwarder",
        "Subscription of forwarder functions to logs",
        [
            .optionalTexts(
                "lambdas",
                "ARNs of the forwarder functions",
                format: .awsLambdaARN,
                countAtMost: 100
            ).with(standard: []),
            .optionalTexts(
                "sources",
                "Services whose logs are collected",
                format: .awsLogSource,
                countAtMost: 100
            ).with(standard: []),
            .group(
                "log_source_config",
                "Filters per log source",
                [
                    .optionalList(
                        "tag_filters",
                        "Filters on tags, per log source",
                        of: Choice([
                            .optionalText("source", "Log source that the tags apply to", format: .awsLogSource),
                            tags,
                        ]),
                        countAtMost: 100
                    ).with(standard: [])
                ]
            ),
        ]
    )

    private static let metrics: [Field] = [
        .flag("enabled", "Collect metrics at all", standard: true),
        .flag("automute_enabled", "Mute EC2 monitors automatically", standard: true),
        .flag("collect_custom_metrics", "Collect custom metrics", standard: false),
        .flag("collect_cloudwatch_alarms", "Collect CloudWatch alarms", standard: false),
        .optionalList(
            "tag_filters",
            "Filters on tags, per namespace",
            of: Choice([
                .optionalText("namespace", "Namespace that the tags apply to", format: .awsNamespace),
                tags,
            ]),
            countAtMost: 500
        ).with(standard: []),
        .choice(
            "namespace_filters",
            "Namespaces to collect: all but those listed, or only those listed",
            Choice(options: [
                [.texts("exclude_only", "All but these namespaces", format: .awsNamespace, countAtMost: 500)],
                [.texts("include_only", "Only these namespaces", format: .awsNamespace, countAtMost: 500)],
            ]),
            standard: ["exclude_only": ["AWS/SQS", "AWS/ElasticMapReduce", "AWS/Usage"]]
        ),
        // The reference clears these with an update that sends the object without them.
        .optionalList(
            "metric_name_filters",
            "Filters on metric names, per namespace",
            of: metricNameFilter,
            countAtMost: 500
        ).resetting(),
    ]

    /// A filter on the names of a namespace's metrics.
    static let metricNameFilter = Choice(
        common: [.text("namespace", "Namespace that the filter applies to", format: .awsNamespace)],
        options: [
            [.texts("include_only", "Only names like these", format: .line, countAtMost: 500)],
            [.texts("exclude_only", "All but names like these", format: .line, countAtMost: 500)],
        ]
    )

    private static let tags = Field.optionalTexts(
        "tags",
        "Tags of AWS resources to filter on",
        format: .awsTag,
        countAtMost: 100
    ).with(standard: []).nullable()
}
