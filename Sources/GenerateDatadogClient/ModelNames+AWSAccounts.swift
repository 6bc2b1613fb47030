// The SDK promises these names: a new member needs none here.
extension ModelNames {
    private static let awsSource =
        "Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/"

    static let awsAccount = ModelNames(
        document: "AWSAccount",
        help: "configuration of an AWS account",
        idHelp: "Identifier of the configuration, a UUID; not the number of the AWS account",
        source: awsSource,
        prefix: "AWS",
        leading: ["aws_account_id", "aws_partition", "auth_config", "aws_regions"],
        properties: [
            "/auth_config": "authentication",
            "/auth_config/role_name": "name",
            "/aws_account_id": "accountID",
            "/aws_partition": "partition",
            "/aws_regions": "regions",
            "/logs_config": "logs",
            "/metrics_config": "metrics",
            "/metrics_config/automute_enabled": "automutesMonitors",
            "/metrics_config/collect_cloudwatch_alarms": "collectsCloudWatchAlarms",
            "/metrics_config/collect_custom_metrics": "collectsCustomMetrics",
            "/metrics_config/enabled": "isEnabled",
            "/resources_config": "resources",
            "/resources_config/cloud_security_posture_management_collection": "collectsSecurityPosture",
            "/resources_config/extended_collection": "collectsExtendedResources",
            "/traces_config": "traces",
            "/traces_config/xray_services": "xRayServices",
        ],
        types: [
            "/auth_config": "AWSAuthentication",
            "/logs_config/lambda_forwarder/log_source_config/tag_filters": "AWSLogTagFilter",
        ],
        options: [
            "access_key_id": "accessKeys",
            "exclude_only": "allBut",
            "include_all": "all",
            "include_only": "only",
            "role_name": "role",
        ],
        typeHelp: [
            "/logs_config/lambda_forwarder/log_source_config/tag_filters":
                "A filter on the tags of a log source's resources",
            "/metrics_config/metric_name_filters": "A filter on the names of a namespace's metrics",
            "/metrics_config/tag_filters": "A filter on the tags of a namespace's resources",
            "access_key_id": "Access keys of an IAM user",
            "role_name": "An IAM role to assume",
        ],
        texts: ["aws-cn": "china", "aws-us-gov": "government"],
        choices: ["/metrics_config/metric_name_filters": "names"]
    )

    static let ccmConfig = ModelNames(
        document: "CCMConfig",
        help: "location of an AWS account's cost and usage reports (*Cloud Cost Management*)",
        idHelp: "Identifier of the account's configuration",
        source: awsSource,
        prefix: "AWS",
        properties: ["/data_export_configs": "dataExports"],
        types: ["/data_export_configs": "DataExport"],
        typeHelp: ["/data_export_configs": "An export of cost and usage reports into a bucket"]
    )
}
