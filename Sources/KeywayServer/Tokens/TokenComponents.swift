import Access
import Connections
import Documents

/// The schemas of the API of tokens.
enum TokenComponents {
    static var all: [JSONValue.Member] {
        accessToken("PersonalAccessToken", .personal)
            + accessToken("ServiceAccessToken", .service)
            + [
                .init("PersonalAccessTokenCreate", JSONSchema.body(of: .personalAccessToken, for: .create)),
                .init("PersonalAccessTokenUpdate", JSONSchema.body(of: .personalAccessTokenUpdate, for: .update)),
                .init("ServiceAccessTokenCreate", JSONSchema.body(of: .serviceAccessToken, for: .create)),
                .init("ServiceAccessTokenUpdate", JSONSchema.body(of: .serviceAccessTokenUpdate, for: .update)),
                .init("ActToken", data(ActToken.resource.jsonSchema)),
                .init("ActTokenCreated", data(ActToken.createdResource(showing: "", "").jsonSchema)),
                .init("ActTokenList", list(of: ActToken.resource.jsonSchema, count("total", "total_filtered"))),
                .init("ActTokenCreate", JSONSchema.body(of: .actToken, for: .create)),
                .init("ProxySession", data(ProxySessionEndpoints.resource(at: "").jsonSchema)),
                .init("ProxySessionCreate", JSONSchema.body(of: .proxySession, for: .create)),
            ]
    }

    private static func accessToken(_ name: String, _ place: AccessToken.Place) -> [JSONValue.Member] {
        let token = AccessToken.resource(in: place).jsonSchema
        let created = AccessToken.createdResource(in: place, showing: "").jsonSchema
        let page = JSONSchema.object(["page": count("total_filtered_count")])
        return [
            .init(JSONText(name), data(token)),
            .init(JSONText("\(name)Created"), data(created)),
            .init(JSONText("\(name)List"), list(of: token, page)),
        ]
    }

    private static func data(_ resource: JSONValue) -> JSONValue { JSONSchema.object(["data": resource]) }

    private static func list(of resource: JSONValue, _ meta: JSONValue) -> JSONValue {
        JSONSchema.object(["data": JSONSchema.list(of: resource), "meta": meta])
    }

    private static func count(_ names: String...) -> JSONValue {
        JSONSchema.object(.object(names.map { .init(JSONText($0), JSONSchema.count) }))
    }
}
