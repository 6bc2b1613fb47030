/// Where an AWS account's cost and usage reports lie (*Cloud Cost Management*).
///
/// Source: the AWS Integration API, https://docs.datadoghq.com/api/latest/aws-integration/
public struct CCMConfig: APIValue, Identifiable {
    /// The id of the account's configuration.
    public let id: String
    /// The exports of reports.
    public let dataExports: [DataExport]

    static let type = "ccm_config"

    /// Reads a configuration from the `data` object of a response.
    ///
    /// - Parameter json: The object.
    /// - Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be.
    public init(json: JSONValue) throws(JSONMismatch) {
        id = try json.text("id")
        do {
            dataExports = try json.member("attributes", "an object").optionalValues("data_export_configs") ?? []
        } catch {
            throw error.inside("attributes")
        }
    }

    /// The `data` object, as responses have it.
    ///
    /// - Parameter secrets: Makes no difference.
    /// - Returns: The JSON.
    public func json(secrets: SecretVisibility) -> JSONValue {
        .document(Self.type, id: id, secrets: secrets) { $0.add("data_export_configs", dataExports) }
    }
}

/// The exports that a request sends: in requests the list stands one level deeper than in responses.
struct CCMConfigRequest: APIValue {
    let dataExports: [DataExport]

    init(dataExports: [DataExport]) {
        self.dataExports = dataExports
    }

    init(json: JSONValue) throws(JSONMismatch) {
        let config = try json.member("attributes", "an object").member("ccm_config", "an object")
        dataExports = try config.optionalValues("data_export_configs") ?? []
    }

    func json(secrets: SecretVisibility) -> JSONValue {
        .document(CCMConfig.type, secrets: secrets) {
            $0.add("ccm_config", json: .object(secrets: secrets) { $0.add("data_export_configs", dataExports) })
        }
    }
}
