/// The effect of filters on names on the metrics of one namespace.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct MetricNamePreview: Sendable, Hashable {
    /// A metric with what it is called at Datadog.
    public struct Metric: Sendable, Hashable {
        /// Its name at CloudWatch.
        public let name: String
        /// Its names at Datadog that are collected.
        public let collected: [String]
        /// Its names at Datadog that filters leave out.
        public let filtered: [String]
    }

    /// The namespace.
    public let namespace: String
    /// How many names each pattern matches.
    public let matches: [String: Int]
    /// All metrics of the namespace.
    public let metrics: [Metric]

    init(json: JSONValue) throws(JSONMismatch) {
        namespace = try json.text("namespace")
        var matches: [String: Int] = [:]
        for filter in json["filters"]?.elements ?? [] {
            matches[try filter.text("pattern")] = try filter.optionalInteger("match_count") ?? 0
        }
        self.matches = matches
        var metrics: [Metric] = []
        for metric in json["metrics"]?.elements ?? [] {
            var collected: [String] = []
            var filtered: [String] = []
            for name in metric["dd_names"]?.elements ?? [] {
                if try name.optionalFlag("filtered") ?? false {
                    filtered.append(try name.text("name"))
                } else {
                    collected.append(try name.text("name"))
                }
            }
            metrics.append(Metric(name: try metric.text("cw_name"), collected: collected, filtered: filtered))
        }
        self.metrics = metrics
    }
}

/// Filters that are to be previewed.
struct MetricNamePreviewRequest: APIValue {
    let filters: [AWSMetricNameFilter]

    init(filters: [AWSMetricNameFilter]) {
        self.filters = filters
    }

    init(json: JSONValue) throws(JSONMismatch) {
        filters = try json.member("attributes", "an object").optionalValues("metric_name_filters") ?? []
    }

    func json(secrets: SecretVisibility) -> JSONValue {
        .document("metric_name_filter_preview", secrets: secrets) { $0.add("metric_name_filters", filters) }
    }
}

extension AWSAccountOperations {
    /// Tells which metrics filters on names let through.
    ///
    /// - Parameters:
    ///   - filters: The filters; those of the account's configuration if they are left out.
    ///   - id: The id of the configuration.
    /// - Returns: What they do, by namespace.
    /// - Throws: ``DatadogError``: `notFound`, `forbidden` if the account may not be asked, `invalid` with every error,
    ///   and those of any operation.
    public func metricNamePreview(
        of filters: [AWSMetricNameFilter]? = nil,
        in id: AWSAccount.ID
    ) async throws -> [MetricNamePreview] {
        let path = ["v2", "integration", "aws", "accounts", id, "metric_name_filter_preview"]
        let body = filters.map(MetricNamePreviewRequest.init)
        return try await requester.read(Operation(body == nil ? "GET" : "POST", path, body: body)) {
            json throws(JSONMismatch) in
            let attributes = try json.member("data", "an object").member("attributes", "an object")
            var namespaces: [MetricNamePreview] = []
            for namespace in attributes["namespaces"]?.elements ?? [] {
                namespaces.append(try MetricNamePreview(json: namespace))
            }
            return namespaces
        }
    }
}
