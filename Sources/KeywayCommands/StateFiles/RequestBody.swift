import DatadogClient
import Documents

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The attributes of a request, with its secrets.
enum RequestBody {
    /// The `data` object of a request, whose secrets are put where they belong.
    ///
    /// - Parameters:
    ///   - attributes: The attributes, with `""` where a secret belongs.
    ///   - secrets: The secrets by their addresses; an empty one is left out.
    /// - Returns: The object, without its type.
    static func json(
        _ attributes: Documents.JSONValue,
        secrets: [String: Secret]
    ) -> DatadogClient.JSONValue {
        ["attributes": value(attributes, at: [], secrets) ?? [:]]
    }

    /// A list as it stands in a request without secrets.
    static func elements(_ value: Documents.JSONValue?) -> [DatadogClient.JSONValue] {
        value.flatMap { self.value($0, at: [], [:]) }?.elements ?? []
    }

    private static func value(
        _ value: Documents.JSONValue,
        at path: [String],
        _ secrets: [String: Secret]
    ) -> DatadogClient.JSONValue? {
        switch value {
        case .null: return .null
        case .boolean(let flag): return .boolean(flag)
        case .integer(let number): return .number(JSONNumber(Int(number)))
        case .number(let number): return try? DatadogClient.JSONValue(parsing: Data("\(number)".utf8))
        case .string(let text):
            guard let secret = secrets[path.joined(separator: "/")] else { return .string(text.string) }
            return secret.isEmpty ? nil : .string(secret.revealed)
        case .array(let elements):
            return .array(
                elements.compactMap { element in
                    let name = element["name"]?.text?.string ?? ""
                    return self.value(element, at: path + [SecretAddress.escape(name)], secrets)
                }
            )
        case .object(let members):
            return .object(
                JSONObject(
                    members.compactMap { member in
                        let name = member.name.string
                        return self.value(member.value, at: path + [SecretAddress.escape(name)], secrets)
                            .map { .init(name: name, value: $0) }
                    }
                )
            )
        }
    }
}
