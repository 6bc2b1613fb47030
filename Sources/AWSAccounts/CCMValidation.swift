package import Documents

/// Where a cost and usage report is said to lie, which is to be validated.
package struct CCMReport: Sendable, Equatable {
    package let account: String
    package let bucket: String
    package let region: String
    package let name: String
    package let prefix: String

    /// Reads the attributes of a body that was read by ``DocumentSchema/ccmConfigValidation``.
    package init?(_ attributes: JSONValue?) {
        guard let account = attributes?["account_id"]?.text?.string,
            let bucket = attributes?["bucket_name"]?.text?.string,
            let region = attributes?["bucket_region"]?.text?.string, let name = attributes?["report_name"]?.text?.string
        else { return nil }
        self.account = account
        self.bucket = bucket
        self.region = region
        self.name = name
        prefix = attributes?["report_prefix"]?.text?.string ?? ""
    }
}

/// A defect of a report, by the reference's codes. Those that nothing here can tell are not among them.
package enum CCMIssue: String, Sendable, CaseIterable {
    case credentialError = "CREDENTIAL_ERROR"
    case listPermissionMissing = "S3_LIST_PERMISSION_MISSING"
    case getPermissionMissing = "S3_GET_PERMISSION_MISSING"
    case bucketRegionMismatch = "S3_BUCKET_REGION_MISMATCH"
    case bucketNotAccessible = "S3_BUCKET_NOT_ACCESSIBLE"
    case exportListPermissionMissing = "EXPORT_LIST_PERMISSION_MISSING"
    case exportGetPermissionMissing = "EXPORT_GET_PERMISSION_MISSING"
    case exportNotFound = "EXPORT_NOT_FOUND"
    case exportStatusUnhealthy = "EXPORT_STATUS_UNHEALTHY"
    case timeGranularityInvalid = "TIME_GRANULARITY_INVALID"
    case fileFormatInvalid = "FILE_FORMAT_INVALID"
    case includeResourcesDisabled = "INCLUDE_RESOURCES_DISABLED"
    case refreshCadenceInvalid = "REFRESH_CADENCE_INVALID"
    case queryStatementInvalid = "QUERY_STATEMENT_INVALID"

    /// The remedy, as a sentence.
    package var description: String {
        switch self {
        case .credentialError: "The account's role or access keys do not let anyone in: check them"
        case .listPermissionMissing: "The account may not list the bucket: allow s3:ListBucket"
        case .getPermissionMissing: "The account may not read objects of the bucket: allow s3:GetObject"
        case .bucketRegionMismatch: "The bucket lies in another region than bucket_region says"
        case .bucketNotAccessible: "There is no bucket of that name"
        case .exportListPermissionMissing:
            "The account may not list its data exports: allow bcm-data-exports:ListExports"
        case .exportGetPermissionMissing: "The account may not read the data export: allow bcm-data-exports:GetExport"
        case .exportNotFound: "The account has no data export of that name that delivers to that bucket and prefix"
        case .exportStatusUnhealthy: "AWS calls the data export unhealthy: look at its status there"
        case .timeGranularityInvalid: "The data export's time granularity must be hourly"
        case .fileFormatInvalid: "The data export's format must be Parquet, or CSV with gzip"
        case .includeResourcesDisabled: "The data export must include resource ids"
        case .refreshCadenceInvalid: "The data export must be refreshed as AWS updates it"
        case .queryStatementInvalid: "The data export must select from COST_AND_USAGE_REPORT"
        }
    }

    /// An element of the response.
    package var document: JSONValue { ["code": .string(rawValue), "description": .string("\(description).")] }

    /// The defects of a data export, as AWS' `GetExport` describes it.
    package static func issues(of answer: JSONValue, for report: CCMReport) -> [CCMIssue] {
        let export = answer["Export"]
        let destination = export?["DestinationConfigurations"]?["S3Destination"]
        func text(_ value: JSONValue?) -> String { value?.text?.string ?? "" }
        let prefix = text(destination?["S3Prefix"])
        guard text(destination?["S3Bucket"]) == report.bucket,
            prefix.split(separator: "/") == report.prefix.split(separator: "/")
        else { return [.exportNotFound] }
        var issues: [CCMIssue] = []
        if text(destination?["S3Region"]) != report.region { issues.append(.bucketRegionMismatch) }
        if text(answer["ExportStatus"]?["StatusCode"]) == "UNHEALTHY" { issues.append(.exportStatusUnhealthy) }
        let table = export?["DataQuery"]?["TableConfigurations"]?["COST_AND_USAGE_REPORT"]
        if text(table?["TIME_GRANULARITY"]) != "HOURLY" { issues.append(.timeGranularityInvalid) }
        if text(table?["INCLUDE_RESOURCES"]).uppercased() != "TRUE" { issues.append(.includeResourcesDisabled) }
        let output = destination?["S3OutputConfigurations"]
        let format = (text(output?["Format"]), text(output?["Compression"]))
        if format != ("PARQUET", "PARQUET"), format != ("TEXT_OR_CSV", "GZIP") { issues.append(.fileFormatInvalid) }
        if text(export?["RefreshCadence"]?["Frequency"]) != "SYNCHRONOUS" { issues.append(.refreshCadenceInvalid) }
        let words = text(export?["DataQuery"]?["QueryStatement"]).uppercased().split { $0.isWhitespace || $0 == ";" }
        if !zip(words, words.dropFirst()).contains(where: { $0 == ("FROM", "COST_AND_USAGE_REPORT") }) {
            issues.append(.queryStatementInvalid)
        }
        return issues
    }
}

extension DocumentSchema {
    /// The body of a request for a validation.
    package static let ccmConfigValidation = DocumentSchema(
        type: "ccm_config_validation",
        attributes: [
            .text("account_id", "Number of the AWS account, 12 digits", format: .awsAccountID),
            .text("bucket_name", "Bucket that holds the report", format: .awsBucketName),
            .text("bucket_region", "Region of the bucket", format: .awsRegion),
            .text("report_name", "Name of the report", format: .name),
            .optionalText("report_prefix", "Prefix of the report's objects in the bucket", format: .s3Prefix),
        ]
    )
}
