import AWSAccounts
import Access
import ActService
import Acting
import Documents
import HTTPServer
import JSONReading
import Storage

/// Questions that are put to AWS: which metrics filters would let through, and whether cost reports can be read.
struct AccountInquiryEndpoints: Sendable {
    let documents: any PublicDocuments
    let inquiries: AccountInquiries

    /// Regions and namespaces that CloudWatch is asked about at most, together.
    private static let placesAtMost = 100

    var all: [Endpoint] {
        let group = EndpointGroup(
            "AWS Integration",
            at: AWSAccountEndpoints.path,
            errors: .strings(.jsonAPI),
            guarding: .principal(anyOf: [.awsConfigurationRead], registered: false),
            malformedID: .refused,
            missing: "There is no such configuration"
        )
        let preview = "/accounts/{\(AWSAccountEndpoints.idParameter)}/metric_name_filter_preview"
        let previewed = DescribedResponse.ok(
            "The effect of the filters, by namespace; meta names the regions that were asked, and whether there is more",
            "MetricNameFilterPreview"
        )
        return [
            group.endpoint(
                .get,
                preview,
                "GetAWSMetricNameFilterPreview",
                "Ask CloudWatch which metrics the account's filters on names let through",
                responses: [previewed],
                .question(previewStored)
            ),
            group.endpoint(
                .post,
                preview,
                "PreviewAWSMetricNameFilter",
                "Ask CloudWatch which metrics filters on names would let through",
                request: "MetricNameFilterPreviewRequest",
                responses: [previewed],
                .question(previewSent)
            ),
            group.endpoint(
                .post,
                "/validate_ccm_config",
                "ValidateAWSCCMConfig",
                "Ask AWS whether a cost and usage report can be read, and is as it must be",
                by: [.awsConfigurationEdit],
                request: "CCMConfigValidationRequest",
                responses: [
                    .ok("The issues, if there are any", "CCMConfigValidation"),
                    .error(400, "The body is not valid, or the account has no configuration"),
                ],
                .question(validate)
            ),
        ]
    }

    // MARK: Filters on metric names

    private func previewStored(_ call: Call) async throws -> Response {
        let (id, account) = try account(call)
        let stored = account["attributes"]?["metrics_config"]?["metric_name_filters"]
        return try await preview(MetricNameFilter.all(in: stored), of: id, account, call)
    }

    private func previewSent(_ call: Call) async throws -> Response {
        let (id, account) = try account(call)
        let sent = try DocumentSchema.metricNameFilterPreview.create(try call.json(), id: id) { $0 }
        let filters = MetricNameFilter.all(in: sent.document["attributes"]?["metric_name_filters"])
        return try await preview(filters, of: id, account, call)
    }

    private func account(_ call: Call) throws -> (Identifier, JSONValue) {
        let id = try call.awsAccountConfigID()
        guard let document = try documents.document(.awsAccount, id, in: call.principal.organization) else {
            throw APIError.noAWSAccount
        }
        return (id, try JSONReader.read(document))
    }

    private func preview(
        _ filters: [MetricNameFilter],
        of id: Identifier,
        _ account: JSONValue,
        _ call: Call
    ) async throws -> Response {
        // Without filters nothing is affected, which needs no look.
        guard !filters.isEmpty else { return Self.answer(id, namespaces: [], regions: [], isComplete: true) }
        do {
            return try await inquiries.ask(about: id, account, "aws_account.preview", by: call.actor) { session in
                let regions = Self.regions(of: account) ?? [session.standardRegion]
                var isComplete = true
                var places = 0
                var namespaces: [JSONValue] = []
                for filter in filters {
                    var names: Set<String> = []
                    for region in regions {
                        places += 1
                        guard places <= Self.placesAtMost else {
                            isComplete = false
                            break
                        }
                        let found = try await session.metricNames(in: filter.namespace, region).get()
                        names.formUnion(found.names)
                        isComplete = isComplete && found.isComplete
                    }
                    namespaces.append(filter.preview(of: names))
                }
                return Self.answer(id, namespaces: namespaces, regions: regions, isComplete: isComplete)
            }
        } catch let refused as AWSRefused {
            throw APIError(
                403,
                "AWS does not let the account's metrics be listed (\(refused.code)): allow cloudwatch:ListMetrics."
            )
        }
    }

    /// The regions that the configuration names, or `nil` where it means all.
    private static func regions(of account: JSONValue) -> [String]? {
        guard case .array(let regions)? = account["attributes"]?["aws_regions"]?["include_only"], !regions.isEmpty
        else {
            return nil
        }
        return regions.compactMap { $0.text?.string }
    }

    private static func answer(
        _ id: Identifier,
        namespaces: [JSONValue],
        regions: [String],
        isComplete: Bool
    ) -> Response {
        let data: JSONValue = [
            "id": .string(id.description), "type": "metric_name_filter_preview",
            "attributes": ["namespaces": .array(namespaces)],
        ]
        let meta: JSONValue = [
            "regions": .array(regions.map { .string($0) }), "complete": .boolean(isComplete),
        ]
        return Response(.jsonAPI, JSONWriter.bytes(of: ["data": data, "meta": meta]))
    }

    // MARK: Cost and usage reports

    private func validate(_ call: Call) async throws -> Response {
        let parted = try DocumentSchema.ccmConfigValidation.create(try call.json(), id: Identifier(high: 0, low: 0)) {
            $0
        }
        guard let report = CCMReport(parted.document["attributes"]) else { throw APIError.refusedIssue }
        let filter = DocumentFilter(name: report.account)
        let found = try documents.documents(.awsAccount, in: call.principal.organization, matching: filter, page: nil)
        guard let account = try found.elements.first.map({ try JSONReader.read($0) }),
            let id = account["id"]?.text.flatMap({ Identifier($0.string) })
        else {
            throw APIError(
                400,
                "/data/attributes/account_id is no AWS account that has a configuration here.",
                at: .pointer("/data/attributes/account_id")
            )
        }
        var issues: [CCMIssue]
        do {
            issues = try await inquiries.ask(about: id, account, "aws_account.validate", by: call.actor) { session in
                try await Self.issues(of: report, session)
            }
        } catch InquiryError.credentials {
            issues = [.credentialError]
        }
        let data: JSONValue = [
            "id": .string(id.description), "type": "ccm_config_validation",
            "attributes": [
                "account_id": .string(report.account), "issues": .array(issues.map(\.document)),
            ],
        ]
        return .document(JSONWriter.bytes(of: data))
    }

    private static func issues(of report: CCMReport, _ session: AWSAccountSession) async throws -> [CCMIssue] {
        var issues: [CCMIssue] = []
        switch try await session.list(bucket: report.bucket, in: report.region, prefix: report.prefix) {
        case .listed(let key):
            // AWS may take a day to deliver: where there is nothing yet, nothing can be told.
            if let key, try await !session.mayRead(key: key, of: report.bucket, in: report.region) {
                issues.append(.getPermissionMissing)
            }
        case .elsewhere: issues.append(.bucketRegionMismatch)
        case .forbidden: issues.append(.listPermissionMissing)
        case .missing: issues.append(.bucketNotAccessible)
        }
        switch try await session.dataExports(named: report.name) {
        case .failure(let refused):
            issues.append(refused.isOfCredentials ? .credentialError : .exportListPermissionMissing)
        case .success(let arns):
            guard !arns.isEmpty else { return issues + [.exportNotFound] }
            var found: [CCMIssue] = []
            for arn in arns {
                switch try await session.dataExport(arn) {
                case .success(let export): found = CCMIssue.issues(of: export, for: report)
                case .failure: found = [.exportGetPermissionMissing]
                }
                if found != [.exportNotFound] { break }
            }
            issues += found.filter { !issues.contains($0) }
        }
        return issues
    }
}

extension AWSRefused {
    /// Whether AWS does not know the credentials, rather than what they may do.
    fileprivate var isOfCredentials: Bool {
        ["UnrecognizedClientException", "InvalidSignatureException", "InvalidClientTokenId", "ExpiredTokenException"]
            .contains(code)
    }
}
