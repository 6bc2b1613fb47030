// Written by GenerateDatadogClient from DocumentSchema.awsAccount.

/// Collection of metrics; a member that is `nil` is left to the server, or stays as it is.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSMetricsConfig: APIValue {
    /// Whether to collect metrics at all.
    public var isEnabled: Bool?
    /// Whether to mute EC2 monitors automatically.
    public var automutesMonitors: Bool?
    /// Whether to collect custom metrics.
    public var collectsCustomMetrics: Bool?
    /// Whether to collect CloudWatch alarms.
    public var collectsCloudWatchAlarms: Bool?
    /// Filters on tags, per namespace.
    public var tagFilters: [AWSTagFilter]?
    /// Namespaces to collect: all but those listed, or only those listed.
    public var namespaceFilters: AWSNamespaceFilters?
    /// Filters on metric names, per namespace; an update that sends this object without them clears them.
    public var metricNameFilters: [AWSMetricNameFilter]?

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - isEnabled: Whether to collect metrics at all.
    ///   - automutesMonitors: Whether to mute EC2 monitors automatically.
    ///   - collectsCustomMetrics: Whether to collect custom metrics.
    ///   - collectsCloudWatchAlarms: Whether to collect CloudWatch alarms.
    ///   - tagFilters: Filters on tags, per namespace.
    ///   - namespaceFilters: Namespaces to collect: all but those listed, or only those listed.
    ///   - metricNameFilters: Filters on metric names, per namespace; an update that sends this object without them
    ///   clears them.
    public init(
        isEnabled: Bool? = nil,
        automutesMonitors: Bool? = nil,
        collectsCustomMetrics: Bool? = nil,
        collectsCloudWatchAlarms: Bool? = nil,
        tagFilters: [AWSTagFilter]? = nil,
        namespaceFilters: AWSNamespaceFilters? = nil,
        metricNameFilters: [AWSMetricNameFilter]? = nil
    ) {
        self.isEnabled = isEnabled
        self.automutesMonitors = automutesMonitors
        self.collectsCustomMetrics = collectsCustomMetrics
        self.collectsCloudWatchAlarms = collectsCloudWatchAlarms
        self.tagFilters = tagFilters
        self.namespaceFilters = namespaceFilters
        self.metricNameFilters = metricNameFilters
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        isEnabled = try json.optionalFlag("enabled")
        automutesMonitors = try json.optionalFlag("automute_enabled")
        collectsCustomMetrics = try json.optionalFlag("collect_custom_metrics")
        collectsCloudWatchAlarms = try json.optionalFlag("collect_cloudwatch_alarms")
        tagFilters = try json.optionalValues("tag_filters")
        namespaceFilters = try json.optionalValue("namespace_filters")
        metricNameFilters = try json.optionalValues("metric_name_filters")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("enabled", isEnabled)
            $0.add("automute_enabled", automutesMonitors)
            $0.add("collect_custom_metrics", collectsCustomMetrics)
            $0.add("collect_cloudwatch_alarms", collectsCloudWatchAlarms)
            $0.add("tag_filters", tagFilters)
            $0.add("namespace_filters", namespaceFilters)
            $0.add("metric_name_filters", metricNameFilters)
        }
    }
}
