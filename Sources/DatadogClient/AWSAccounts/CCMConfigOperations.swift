/// The operations on where AWS accounts' cost and usage reports lie (*Cloud Cost Management*).
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct CCMConfigOperations: Sendable {
    let requester: Requester

    /// Says where an account's reports lie.
    ///
    /// - Parameters:
    ///   - account: The id of the account's configuration.
    ///   - dataExports: The exports of reports.
    /// - Returns: What was stored.
    /// - Throws: ``DatadogError``: `conflict` if that was said already, `notFound` if there is no such account,
    ///   `invalid`, and those of any operation.
    public func create(for account: AWSAccount.ID, dataExports: [DataExport]) async throws -> CCMConfig {
        try await requester.data(operation("POST", account, dataExports))
    }

    /// Gets where an account's reports lie.
    ///
    /// - Parameter account: The id of the account's configuration.
    /// - Returns: What is stored.
    /// - Throws: ``DatadogError``: `notFound` if there is no such account, or nothing was said, and those of any
    ///   operation.
    public func get(for account: AWSAccount.ID) async throws -> CCMConfig {
        try await requester.data(operation("GET", account))
    }

    /// Changes where an account's reports lie.
    ///
    /// - Parameters:
    ///   - account: The id of the account's configuration.
    ///   - dataExports: The exports of reports, instead of all present ones.
    /// - Returns: What was stored.
    /// - Throws: ``DatadogError``: `notFound`, `invalid`, and those of any operation.
    public func update(for account: AWSAccount.ID, dataExports: [DataExport]) async throws -> CCMConfig {
        try await requester.data(operation("PATCH", account, dataExports))
    }

    /// Forgets where an account's reports lie.
    ///
    /// - Parameter account: The id of the account's configuration.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func delete(for account: AWSAccount.ID) async throws {
        try await requester.perform(ignoringAnswer: operation("DELETE", account))
    }

    private func operation(_ method: String, _ account: String, _ dataExports: [DataExport]? = nil) -> Operation {
        Operation(
            method,
            ["v2", "integration", "aws", "accounts", account, "ccm_config"],
            body: dataExports.map(CCMConfigRequest.init)
        )
    }
}
