/// Whether the configured keys are valid.
///
/// Source: the Authentication API, https://docs.datadoghq.com/api/latest/authentication/, and the Key Management API,
/// https://docs.datadoghq.com/api/latest/key-management/
public struct ValidationOperations: Sendable {
    let requester: Requester

    /// Whether the API key is valid.
    ///
    /// - Returns: `false` if the server refuses it.
    /// - Throws: ``DatadogError``: those of any operation but `forbidden`.
    public func isAPIKeyValid() async throws -> Bool {
        try await isAccepted(Operation("GET", ["v1", "validate"], keys: .apiKey)) { $0["valid"] == true }
    }

    /// Whether API key and application key are valid, and of one organisation.
    ///
    /// - Returns: `false` if the server refuses them.
    /// - Throws: ``DatadogError``: those of any operation but `forbidden`.
    public func areKeysValid() async throws -> Bool {
        try await isAccepted(Operation("GET", ["v2", "validate_keys"])) { $0["status"]?.text == "ok" }
    }

    /// Asks the server for the id and the organisation of the API key.
    ///
    /// - Returns: The key's id and scopes, under the id of the organisation.
    /// - Throws: ``DatadogError``: `forbidden` if the key is not valid, and those of any operation.
    public func apiKey() async throws -> ValidatedAPIKey {
        try await requester.data(Operation("GET", ["v2", "validate"], keys: .apiKey))
    }

    private func isAccepted(_ operation: Operation, _ isTrue: (JSONValue) -> Bool) async throws -> Bool {
        do {
            return isTrue(try await requester.perform(operation))
        } catch let error as DatadogError where error.code == .forbidden {
            return false
        }
    }
}
