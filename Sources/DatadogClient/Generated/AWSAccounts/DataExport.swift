// Written by GenerateDatadogClient from DocumentSchema.ccmConfig.

/// An export of cost and usage reports into a bucket.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct DataExport: APIValue {
    /// Name of the report.
    public var reportName: String
    /// Prefix of the report's objects in the bucket.
    public var reportPrefix: String
    /// Kind of the report, such as CUR2.0.
    public var reportType: String
    /// Bucket that holds the report.
    public var bucketName: String
    /// Region of the bucket.
    public var bucketRegion: String

    /// Creates a value from its members.
    ///
    /// - Parameters:
    ///   - reportName: Name of the report.
    ///   - reportPrefix: Prefix of the report's objects in the bucket.
    ///   - reportType: Kind of the report, such as CUR2.0.
    ///   - bucketName: Bucket that holds the report.
    ///   - bucketRegion: Region of the bucket.
    public init(
        reportName: String,
        reportPrefix: String,
        reportType: String,
        bucketName: String,
        bucketRegion: String
    ) {
        self.reportName = reportName
        self.reportPrefix = reportPrefix
        self.reportType = reportType
        self.bucketName = bucketName
        self.bucketRegion = bucketRegion
    }

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The value as the API has it.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        reportName = try json.text("report_name")
        reportPrefix = try json.text("report_prefix")
        reportType = try json.text("report_type")
        bucketName = try json.text("bucket_name")
        bucketRegion = try json.text("bucket_region")
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .object(secrets: secrets) {
            $0.add("report_name", reportName)
            $0.add("report_prefix", reportPrefix)
            $0.add("report_type", reportType)
            $0.add("bucket_name", bucketName)
            $0.add("bucket_region", bucketRegion)
        }
    }
}
