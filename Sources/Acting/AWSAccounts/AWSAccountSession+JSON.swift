package import Documents
import Egress
import JSONReading
import Secrets

extension AWSAccountSession {
    /// The outcome of an operation of one of AWS' JSON protocols: a result, or the code of an error such as
    /// `AccessDeniedException`.
    enum Outcome: Sendable {
        case result(JSONValue)
        case refused(code: String)
    }

    /// Calls an operation of a service that speaks AWS' JSON protocol.
    func call(
        _ operation: String,
        of service: String,
        in region: String?,
        protocol version: String,
        _ input: JSONValue
    ) async throws(AWSUnavailable) -> Outcome {
        let headers = [
            OutgoingRequest.Header(name: "Content-Type", text: "application/x-amz-json-\(version)"),
            OutgoingRequest.Header(name: "X-Amz-Target", text: operation),
        ]
        let answer = try await send(to: service, in: region, headers: headers, body: JSONWriter.bytes(of: input))
        let value = try? JSONReader.read(answer.body)
        if answer.head.status == 200, let value { return .result(value) }
        // Of `com.amazonaws.service#Code:http://…`, the code.
        let text = answer.head["x-amzn-errortype"] ?? value?["__type"]?.text?.string ?? ""
        let code = text.split(separator: "#").last?.split(separator: ":").first.map(String.init) ?? ""
        guard answer.head.status >= 400, ActFailure.isPlain(code) else {
            throw AWSUnavailable(
                detail: "AWS (\(service)) responded with status \(answer.head.status) and an unreadable body"
            )
        }
        if code.hasPrefix("Throttling") || code == "LimitExceededException" {
            throw AWSUnavailable(detail: "AWS (\(service)) has had too many requests: try again later")
        }
        return .refused(code: code)
    }
}

// MARK: CloudWatch

/// The metrics of a namespace, as far as CloudWatch was asked.
package struct AWSMetricNames: Sendable {
    package var names: Set<String> = []
    /// Whether CloudWatch has no more.
    package var isComplete = true
}

extension AWSAccountSession {
    /// Pages of metrics that are asked for: CloudWatch lists each dimension's.
    private static let metricPagesAtMost = 10

    /// The names of a namespace's metrics in a region, or the code of AWS' refusal.
    package func metricNames(
        in namespace: String,
        _ region: String
    ) async throws(AWSUnavailable) -> Result<AWSMetricNames, AWSRefused> {
        var found = AWSMetricNames()
        var next: JSONValue?
        for _ in 0..<Self.metricPagesAtMost {
            var input: [JSONValue.Member] = [.init("Namespace", .string(namespace))]
            if let next { input.append(.init("NextToken", next)) }
            let outcome = try await call(
                "GraniteServiceVersion20100801.ListMetrics",
                of: "monitoring",
                in: region,
                protocol: "1.0",
                .object(input)
            )
            switch outcome {
            case .refused(let code): return .failure(AWSRefused(code: code))
            case .result(let page):
                for metric in page["Metrics"]?.elements ?? [] {
                    if let name = metric["MetricName"]?.text?.string { found.names.insert(name) }
                }
                guard let token = page["NextToken"], token != .null else { return .success(found) }
                next = token
            }
        }
        found.isComplete = false
        return .success(found)
    }
}

/// AWS' refusal of a question.
package struct AWSRefused: Error, Sendable, Equatable {
    /// AWS' own code of it.
    package let code: String

    package init(code: String) {
        self.code = code
    }
}

// MARK: Data Exports

extension AWSAccountSession {
    private static let exportPagesAtMost = 20

    /// The ARNs of the account's data exports of that name, or AWS' refusal to list them.
    package func dataExports(named name: String) async throws(AWSUnavailable) -> Result<[String], AWSRefused> {
        var found: [String] = []
        var next: JSONValue?
        for _ in 0..<Self.exportPagesAtMost {
            let outcome = try await dataExports("ListExports", next.map { [.init("NextToken", $0)] } ?? [])
            switch outcome {
            case .refused(let code): return .failure(AWSRefused(code: code))
            case .result(let page):
                found += (page["Exports"]?.elements ?? []).filter { $0["ExportName"]?.text?.string == name }
                    .compactMap { $0["ExportArn"]?.text?.string }
                guard let token = page["NextToken"], token != .null else { return .success(found) }
                next = token
            }
        }
        throw AWSUnavailable(detail: "the account has more data exports than are looked through")
    }

    /// A data export with its status, as AWS describes it, or the refusal.
    package func dataExport(_ arn: String) async throws(AWSUnavailable) -> Result<JSONValue, AWSRefused> {
        switch try await dataExports("GetExport", [.init("ExportArn", .string(arn))]) {
        case .result(let export): .success(export)
        case .refused(let code): .failure(AWSRefused(code: code))
        }
    }

    private func dataExports(
        _ operation: String,
        _ input: [JSONValue.Member]
    ) async throws(AWSUnavailable) -> Outcome {
        try await call(
            "AWSBillingAndCostManagementDataExports.\(operation)",
            of: "bcm-data-exports",
            in: nil,
            protocol: "1.1",
            .object(input)
        )
    }
}
