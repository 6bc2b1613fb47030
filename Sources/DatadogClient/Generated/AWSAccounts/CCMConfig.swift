// Written by GenerateDatadogClient from DocumentSchema.ccmConfig.

/// The location of an AWS account's cost and usage reports (*Cloud Cost Management*).
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct CCMConfig: APIValue, Identifiable {
    /// Identifier of the account's configuration.
    public let id: String
    /// Exports of cost and usage reports.
    public let dataExports: [DataExport]

    static let type = "ccm_config"

    /// Reads the value from its JSON.
    ///
    /// - Parameter json: The `data` object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        let attributes = try json.member("attributes", "an object")
        do {
            dataExports = try attributes.optionalValues("data_export_configs") ?? []
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The value as the API has it.
    ///
    /// - Parameter secrets: Whether to write out secrets.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) {
            $0.add("data_export_configs", dataExports)
        }
    }
}
