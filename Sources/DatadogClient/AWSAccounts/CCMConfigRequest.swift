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
