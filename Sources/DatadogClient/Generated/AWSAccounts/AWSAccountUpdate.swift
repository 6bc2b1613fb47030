// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// Changes to the configuration of an AWS account; a member that is `nil` stays as it is.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSAccountUpdate: APIValue {
    /// Number of the AWS account, 12 digits; updates repeat it.
    public var accountID: String
    /// Partition of the account.
    public var partition: AWSPartition?
    /// How the account is reached: by access keys or by a role.
    public var authentication: AWSAuthentication?
    /// Regions to collect from: all, or only those listed.
    public var regions: AWSRegions?
    /// Tags put on every host and metric of the account.
    public var accountTags: [String]?
    /// Collection of logs.
    public var logs: AWSLogsConfig?
    /// Collection of metrics.
    public var metrics: AWSMetricsConfig?
    /// Collection of resources.
    public var resources: AWSResourcesConfig?
    /// Collection of traces.
    public var traces: AWSTracesConfig?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - accountID: Number of the AWS account, 12 digits; updates repeat it.
    ///   - partition: Partition of the account.
    ///   - authentication: How the account is reached: by access keys or by a role.
    ///   - regions: Regions to collect from: all, or only those listed.
    ///   - accountTags: Tags put on every host and metric of the account.
    ///   - logs: Collection of logs.
    ///   - metrics: Collection of metrics.
    ///   - resources: Collection of resources.
    ///   - traces: Collection of traces.
    public init(
        accountID: String,
        partition: AWSPartition? = nil,
        authentication: AWSAuthentication? = nil,
        regions: AWSRegions? = nil,
        accountTags: [String]? = nil,
        logs: AWSLogsConfig? = nil,
        metrics: AWSMetricsConfig? = nil,
        resources: AWSResourcesConfig? = nil,
        traces: AWSTracesConfig? = nil
    ) {
        self.accountID = accountID
        self.partition = partition
        self.authentication = authentication
        self.regions = regions
        self.accountTags = accountTags
        self.logs = logs
        self.metrics = metrics
        self.resources = resources
        self.traces = traces
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        do {
            accountID = try attributes.text("aws_account_id")
            partition = try attributes.optionalValue("aws_partition")
            authentication = try attributes.optionalValue("auth_config")
            regions = try attributes.optionalValue("aws_regions")
            accountTags = try attributes.optionalTexts("account_tags")
            logs = try attributes.optionalValue("logs_config")
            metrics = try attributes.optionalValue("metrics_config")
            resources = try attributes.optionalValue("resources_config")
            traces = try attributes.optionalValue("traces_config")
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(AWSAccount.type, secrets: secrets) {
            $0.add("aws_account_id", accountID)
            $0.add("aws_partition", partition)
            $0.add("auth_config", authentication)
            $0.add("aws_regions", regions)
            $0.add("account_tags", accountTags)
            $0.add("logs_config", logs)
            $0.add("metrics_config", metrics)
            $0.add("resources_config", resources)
            $0.add("traces_config", traces)
        }
    }
}
