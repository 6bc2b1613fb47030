/// The operations on AWS accounts, and what helps to set one up.
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct AWSAccountOperations: Sendable {
    let requester: Requester

    private static let aws = ["v2", "integration", "aws"]
    private static let path = aws + ["accounts"]

    /// Creates the configuration of an AWS account.
    ///
    /// - Parameter account: The configuration.
    /// - Returns: The configuration with its id, all defaults, and the external id of a role.
    /// - Throws: ``DatadogError``: `conflict` if the AWS account has one already, `invalid` with all errors, and those
    ///   of any operation.
    public func create(_ account: NewAWSAccount) async throws -> AWSAccount {
        try await requester.data(Operation("POST", Self.path, body: account))
    }

    /// Gets a configuration.
    ///
    /// - Parameter id: The id of the configuration, not the number of the AWS account.
    /// - Returns: The configuration, without a secret access key.
    /// - Throws: ``DatadogError``: `notFound`, `invalid` if the id is no UUID, and those of any operation.
    public func get(_ id: AWSAccount.ID) async throws -> AWSAccount {
        try await requester.data(Operation("GET", Self.path + [id]))
    }

    /// Changes a configuration; what is not sent stays as it is.
    ///
    /// - Parameters:
    ///   - id: The id of the configuration.
    ///   - changes: The changes.
    /// - Returns: The configuration as it is now.
    /// - Throws: ``DatadogError``: `notFound`, `invalid` with all errors, and those of any operation.
    public func update(_ id: AWSAccount.ID, with changes: AWSAccountUpdate) async throws -> AWSAccount {
        try await requester.data(Operation("PATCH", Self.path + [id], body: changes))
    }

    /// Deletes a configuration.
    ///
    /// - Parameter id: The id of the configuration.
    /// - Throws: ``DatadogError``: `notFound` and those of any operation.
    public func delete(_ id: AWSAccount.ID) async throws {
        try await requester.perform(ignoringAnswer: Operation("DELETE", Self.path + [id]))
    }

    /// Lists all configurations: this list has no pages.
    ///
    /// - Parameter accountID: Only that of the AWS account with this number.
    /// - Returns: The configurations.
    /// - Throws: ``DatadogError``: those of any operation.
    public func list(accountID: String? = nil) async throws -> [AWSAccount] {
        let query = accountID.map { [(name: "aws_account_id", value: $0)] } ?? []
        let page: ListPage<AWSAccount> = try await requester.page(Operation("GET", Self.path, query: query))
        return page.elements
    }

    // MARK: Setting an account up

    /// The IAM trust policy that an account's role needs, to be pasted into AWS. Keyway has this operation, Datadog's
    /// sites have not.
    ///
    /// - Parameter id: The id of the configuration.
    /// - Returns: The policy document, as IAM takes it.
    /// - Throws: ``DatadogError``: `notFound`, `invalid` if the account is reached by access keys, and those of any
    ///   operation.
    public func trustPolicy(of id: AWSAccount.ID) async throws -> JSONValue {
        try await requester.perform(Operation("GET", Self.path + [id, "trust_policy"]))
    }

    /// Issues an external id, for a role to ask for.
    ///
    /// - Returns: 32 hexadecimal digits.
    /// - Throws: ``DatadogError``: those of any operation.
    public func makeExternalID() async throws -> String {
        try await requester.read(Operation("POST", Self.aws + ["generate_new_external_id"])) {
            json throws(JSONMismatch) in try Self.attributes(json).text("external_id")
        }
    }

    /// The CloudWatch namespaces that metrics can be collected from.
    ///
    /// - Returns: Names such as `AWS/EC2`.
    /// - Throws: ``DatadogError``: those of any operation.
    public func availableNamespaces() async throws -> [String] {
        try await names("namespaces", ["available_namespaces"])
    }

    /// The services whose logs can be collected.
    ///
    /// Source: the AWS Logs Integration API, https://docs.datadoghq.com/api/latest/aws-logs-integration/
    ///
    /// - Returns: Names such as `s3`.
    /// - Throws: ``DatadogError``: those of any operation.
    public func logServices() async throws -> [String] {
        try await names("logs_services", ["logs", "services"])
    }

    /// The permissions that an AWS role needs.
    ///
    /// - Parameter permissions: Which of them.
    /// - Returns: Names such as `ec2:DescribeInstances`.
    /// - Throws: ``DatadogError``: those of any operation.
    public func iamPermissions(_ permissions: IAMPermissions = .all) async throws -> [String] {
        try await names("permissions", permissions.path)
    }

    private func names(_ attribute: String, _ path: [String]) async throws -> [String] {
        try await requester.read(Operation("GET", Self.aws + path)) { json throws(JSONMismatch) in
            try Self.attributes(json).optionalTexts(attribute) ?? []
        }
    }

    private static func attributes(_ json: JSONValue) throws(JSONMismatch) -> JSONValue {
        try json.member("data", "an object").member("attributes", "an object")
    }
}
