/// Something that keeps a cost and usage report from being read.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct CCMIssue: Sendable, Hashable {
    /// The kind of the issue, for programs, such as `S3_LIST_PERMISSION_MISSING`.
    public let code: String
    /// The same for people, and what to do.
    public let summary: String
}

/// A report that is to be validated.
struct CCMValidationRequest: APIValue {
    let accountID: String
    let export: DataExport

    init(accountID: String, export: DataExport) {
        self.accountID = accountID
        self.export = export
    }

    init(json: JSONValue) throws(JSONMismatch) {
        let attributes = try json.member("attributes", "an object")
        accountID = try attributes.text("account_id")
        export = DataExport(
            reportName: try attributes.text("report_name"),
            reportPrefix: try attributes.optionalText("report_prefix") ?? "",
            reportType: "CUR2.0",
            bucketName: try attributes.text("bucket_name"),
            bucketRegion: try attributes.text("bucket_region")
        )
    }

    func json(secrets: SecretVisibility) -> JSONValue {
        .document("ccm_config_validation", secrets: secrets) {
            $0.add("account_id", accountID)
            $0.add("bucket_name", export.bucketName)
            $0.add("bucket_region", export.bucketRegion)
            $0.add("report_name", export.reportName)
            $0.add("report_prefix", export.reportPrefix)
        }
    }
}

extension CCMConfigOperations {
    /// Asks AWS whether a report can be read, and is as it must be.
    ///
    /// - Parameters:
    ///   - export: The export of the report.
    ///   - accountID: The number of the AWS account.
    /// - Returns: What is wrong; empty if nothing is.
    /// - Throws: ``DatadogError``: `invalid` if the account has no configuration, `forbidden` if it may not be asked,
    ///   `server` if AWS does not respond, and those of any operation.
    public func validate(_ export: DataExport, of accountID: String) async throws -> [CCMIssue] {
        let body = CCMValidationRequest(accountID: accountID, export: export)
        let operation = Operation("POST", ["v2", "integration", "aws", "validate_ccm_config"], body: body)
        return try await requester.read(operation) { json throws(JSONMismatch) in
            let attributes = try json.member("data", "an object").member("attributes", "an object")
            var issues: [CCMIssue] = []
            for issue in attributes["issues"]?.elements ?? [] {
                issues.append(
                    CCMIssue(code: try issue.text("code"), summary: try issue.optionalText("description") ?? "")
                )
            }
            return issues
        }
    }
}
