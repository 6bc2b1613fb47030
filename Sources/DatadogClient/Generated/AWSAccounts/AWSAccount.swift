// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// The configuration of an AWS account.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSAccount: APIValue, Identifiable {
    /// Identifier of the configuration, a UUID; not the number of the AWS account.
    public let id: String
    /// Number of the AWS account, 12 digits.
    public let accountID: String
    /// Partition of the account.
    public let partition: AWSPartition
    /// How the account is reached: by access keys or by a role.
    public let authentication: AWSAuthentication?
    /// Regions to collect from: all, or only those listed.
    public let regions: AWSRegions?
    /// Tags put on every host and metric of the account.
    public let accountTags: [String]?
    /// Collection of logs.
    public let logs: AWSLogsConfig?
    /// Collection of metrics.
    public let metrics: AWSMetricsConfig?
    /// Collection of resources.
    public let resources: AWSResourcesConfig?
    /// Collection of traces.
    public let traces: AWSTracesConfig?
    /// When the configuration was created.
    public let createdAt: Timestamp?
    /// When the configuration was last changed.
    public let modifiedAt: Timestamp?

    static let type = "account"

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            accountID = try attributes.text("aws_account_id")
            partition = try attributes.value("aws_partition")
            authentication = try attributes.optionalValue("auth_config")
            regions = try attributes.optionalValue("aws_regions")
            accountTags = try attributes.optionalTexts("account_tags")
            logs = try attributes.optionalValue("logs_config")
            metrics = try attributes.optionalValue("metrics_config")
            resources = try attributes.optionalValue("resources_config")
            traces = try attributes.optionalValue("traces_config")
            createdAt = try attributes.optionalTimestamp("created_at")
            modifiedAt = try attributes.optionalTimestamp("modified_at")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) {
            $0.add("aws_account_id", accountID)
            $0.add("aws_partition", partition)
            $0.add("auth_config", authentication)
            $0.add("aws_regions", regions)
            $0.add("account_tags", accountTags)
            $0.add("logs_config", logs)
            $0.add("metrics_config", metrics)
            $0.add("resources_config", resources)
            $0.add("traces_config", traces)
            $0.add("created_at", createdAt)
            $0.add("modified_at", modifiedAt)
        }
    }
}
