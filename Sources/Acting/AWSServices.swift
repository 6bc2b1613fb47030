/// What has to be known of AWS' services by name: where they differ from `{service}.{region}.amazonaws.com`, signed for
/// that service in that region.
///
/// Sources: "Service endpoints and quotas" in AWS' General Reference, and the endpoint and signing names in the service
/// models of AWS' SDKs. A service that is not named here and that differs nonetheless is reached by
/// `AWS_ENDPOINT_URL_<SERVICE>`, or by the host's own first label where that is the only difference.
enum AWSServices {
    struct Global {
        let host: String
        let region: String
    }

    /// A service that answers at one place for all regions of a partition.
    static func global(_ service: String, in region: String, of partition: AWSPartition) -> Global? {
        // STS answers everywhere, and at one place for all too, which goes by the region `aws-global`.
        if service == "sts", region == "aws-global" { return Global(host: "sts.amazonaws.com", region: "us-east-1") }
        return globals[partition.name]?[service]
    }

    /// What stands before the region in a service's host.
    static func hostPrefix(of service: String) -> String {
        hostPrefixes[service] ?? service
    }

    /// A service's name in signatures.
    static func signingName(of service: String) -> String {
        signingNames[service] ?? service
    }

    private static let globals: [String: [String: Global]] = [
        "aws": [
            "account": Global(host: "account.us-east-1.amazonaws.com", region: "us-east-1"),
            "budgets": Global(host: "budgets.amazonaws.com", region: "us-east-1"),
            "ce": Global(host: "ce.us-east-1.amazonaws.com", region: "us-east-1"),
            "cloudfront": Global(host: "cloudfront.amazonaws.com", region: "us-east-1"),
            "health": Global(host: "health.us-east-1.amazonaws.com", region: "us-east-1"),
            "iam": Global(host: "iam.amazonaws.com", region: "us-east-1"),
            "organizations": Global(host: "organizations.us-east-1.amazonaws.com", region: "us-east-1"),
            "route53": Global(host: "route53.amazonaws.com", region: "us-east-1"),
            "shield": Global(host: "shield.us-east-1.amazonaws.com", region: "us-east-1"),
            "support": Global(host: "support.us-east-1.amazonaws.com", region: "us-east-1"),
            "waf": Global(host: "waf.amazonaws.com", region: "us-east-1"),
        ],
        "aws-cn": [
            "cloudfront": Global(host: "cloudfront.cn-northwest-1.amazonaws.com.cn", region: "cn-northwest-1"),
            "iam": Global(host: "iam.cn-north-1.amazonaws.com.cn", region: "cn-north-1"),
            "organizations": Global(host: "organizations.cn-northwest-1.amazonaws.com.cn", region: "cn-northwest-1"),
            "route53": Global(host: "route53.amazonaws.com.cn", region: "cn-northwest-1"),
        ],
        "aws-us-gov": [
            "iam": Global(host: "iam.us-gov.amazonaws.com", region: "us-gov-west-1"),
            "organizations": Global(host: "organizations.us-gov-west-1.amazonaws.com", region: "us-gov-west-1"),
            "route53": Global(host: "route53.us-gov.amazonaws.com", region: "us-gov-west-1"),
        ],
    ]

    /// Hosts of more labels than one, which a path cannot name.
    private static let hostPrefixes = [
        "ecr": "api.ecr",
        "ecr-public": "api.ecr-public",
        "pricing": "api.pricing",
        "sagemaker": "api.sagemaker",
        "sagemaker-runtime": "runtime.sagemaker",
        "dynamodbstreams": "streams.dynamodb",
    ]

    private static let signingNames = [
        "appstream2": "appstream",
        "bedrock-agent": "bedrock",
        "bedrock-agent-runtime": "bedrock",
        "bedrock-runtime": "bedrock",
        "cloudhsmv2": "cloudhsm",
        "dynamodbstreams": "dynamodb",
        "email": "ses",
        "pinpoint": "mobiletargeting",
        "sagemaker-runtime": "sagemaker",
    ]
}
