import Connections
import Documents

/// The schemas of the API of tokens.
enum TokenComponents {
    static var all: [JSONValue.Member] {
        [
            .init("AccessToken", data(accessToken(["last_used_at": optionalTime]))),
            .init("AccessTokenCreated", data(accessToken(["key": text]))),
            .init("AccessTokenList", list(of: accessToken(["last_used_at": optionalTime]))),
            .init("PersonalAccessTokenCreate", JSONSchema.body(of: .personalAccessToken, for: .create)),
            .init("PersonalAccessTokenUpdate", JSONSchema.body(of: .personalAccessTokenUpdate, for: .update)),
            .init("ServiceAccessTokenCreate", JSONSchema.body(of: .serviceAccessToken, for: .create)),
            .init("ServiceAccessTokenUpdate", JSONSchema.body(of: .serviceAccessTokenUpdate, for: .update)),
            .init("ActToken", data(actToken([:]))),
            .init("ActTokenCreated", data(actToken(["token": text, "secret_access_key": text]))),
            .init("ActTokenList", object(["data": array(of: actToken([:])), "meta": totals])),
            .init("ActTokenCreate", JSONSchema.body(of: .actToken, for: .create)),
        ]
    }

    private static let text: JSONValue = ["type": "string"]
    private static let optionalText: JSONValue = ["type": ["string", "null"]]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let optionalCount: JSONValue = ["type": ["integer", "null"], "minimum": 0]
    private static let id: JSONValue = ["type": "string", "format": "uuid"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let optionalTime: JSONValue = ["type": ["string", "null"], "format": "date-time"]
    private static let texts: JSONValue = ["type": "array", "items": text]
    private static let optionalTexts: JSONValue = ["type": ["array", "null"], "items": text]
    private static let totals = object(["total": count, "total_filtered": count])

    private static func array(of element: JSONValue) -> JSONValue { ["type": "array", "items": element] }

    private static func object(_ required: JSONValue, optional: JSONValue = [:]) -> JSONValue {
        guard case .object(let members) = required, case .object(let others) = optional else { return .null }
        return [
            "type": "object",
            "required": .array(members.map { .string($0.name) }),
            "properties": .object(members + others),
        ]
    }

    private static func data(_ resource: JSONValue) -> JSONValue { object(["data": resource]) }

    private static func list(of resource: JSONValue) -> JSONValue {
        object(["data": array(of: resource), "meta": object(["page": object(["total_filtered_count": count])])])
    }

    private static func resource(_ types: [JSONValue], _ attributes: JSONValue, ownedBy owners: [JSONValue])
        -> JSONValue
    {
        let owner = object(["id": id, "type": ["type": "string", "enum": .array(owners)]])
        return object([
            "id": id, "type": ["type": "string", "enum": .array(types)], "attributes": attributes,
            "relationships": object(["owned_by": object(["data": owner])]),
        ])
    }

    private static func accessToken(_ further: JSONValue) -> JSONValue {
        let common: JSONValue = [
            "created_at": time, "expires_at": optionalTime, "name": text, "public_portion": text, "scopes": texts,
        ]
        guard case .object(let members) = common, case .object(let others) = further else { return .null }
        return resource(
            ["personal_access_tokens", "service_access_tokens"],
            object(.object(members + others), optional: ["modified_at": time]),
            ownedBy: ["users", "service_account"]
        )
    }

    private static func actToken(_ further: JSONValue) -> JSONValue {
        let common: JSONValue = [
            "name": optionalText, "connections": array(of: id), "methods": optionalTexts, "paths": optionalTexts,
            "acts": optionalCount, "acts_used": optionalCount, "created_at": time, "expires_at": time,
            "access_key_id": text,
        ]
        guard case .object(let members) = common, case .object(let others) = further else { return .null }
        return resource(["act_tokens"], object(.object(members + others)), ownedBy: ["users"])
    }
}
