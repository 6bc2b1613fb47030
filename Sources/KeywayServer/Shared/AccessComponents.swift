import Access
import Documents

/// The schemas of the API of keys and users.
enum AccessComponents {
    static var all: [JSONValue.Member] {
        [
            .init("Validation", object(["valid": ["type": "boolean", "const": true]])),
            .init("ValidatedAPIKey", object(["data": validatedAPIKey])),
            .init("APIKey", object(["data": apiKey], optional: ["included": list(of: user)])),
            .init("APIKeyCreated", object(["data": APIKey.createdResource(showing: "").jsonSchema])),
            .init("APIKeyList", keyList(of: apiKey, maximum: "max_allowed")),
            .init("APIKeyCreate", pinned(JSONSchema.body(of: .apiKey, for: .create), "remote_config_read_enabled")),
            .init("APIKeyUpdate", pinned(JSONSchema.body(of: .apiKey, for: .update), "remote_config_read_enabled")),
            .init(
                "ApplicationKey",
                object(["data": applicationKey], optional: ["included": list(of: user)])
            ),
            .init("ApplicationKeyCreated", object(["data": ApplicationKey.createdResource(showing: "").jsonSchema])),
            .init("ApplicationKeyList", keyList(of: applicationKey, maximum: "max_allowed_per_user")),
            .init("ApplicationKeyCreate", JSONSchema.body(of: .applicationKey, for: .create)),
            .init("ApplicationKeyUpdate", JSONSchema.body(of: .applicationKey, for: .update)),
            .init("User", object(["data": user, "included": list(of: included)])),
            .init("UserList", object(["data": list(of: user), "included": list(of: included), "meta": meta])),
            .init("UserCreate", with("roles", JSONSchema.body(of: .user, for: .create))),
            .init("UserUpdate", JSONSchema.body(of: .userUpdate, for: .update)),
            .init(
                "ServiceAccountCreate",
                pinned(with("roles", JSONSchema.body(of: .serviceAccount, for: .create)), "service_account")
            ),
            .init("RestrictionPolicy", object(["data": restrictionPolicy])),
            // The id may be sent, and must be the one in the path, which a schema can't say.
            .init("RestrictionPolicyUpdate", JSONSchema.body(of: .restrictionPolicy, for: .create).without("id")),
            .init("UserReference", closed(object(["data": closed(reference(to: "users"))]))),
            .init("UserInvitation", object(["data": invitation])),
            .init("UserInvitationList", object(["data": list(of: createdInvitation)])),
            .init("UserInvitationCreate", closed(object(["data": newInvitations]))),
            .init("UserInvitationAcceptance", JSONSchema.body(of: .invitationAcceptance, for: .create)),
            .init("PermissionReference", closed(object(["data": closed(reference(to: "permissions"))]))),
            .init("Role", object(["data": role])),
            .init("RoleCreate", with("permissions", ofRole(JSONSchema.body(of: .role, for: .create)))),
            .init("RoleUpdate", with("permissions", ofRole(JSONSchema.body(of: .role, for: .update)))),
            .init("RoleClone", ofRole(JSONSchema.body(of: .roleClone, for: .create))),
            .init("RoleList", object(["data": list(of: role), "meta": meta])),
            .init("PermissionList", object(["data": list(of: permission)])),
        ]
    }

    // MARK: Resources

    private static let apiKey = APIKey.resource.jsonSchema
    private static let applicationKey = ApplicationKey.resource.jsonSchema
    private static let user = User.resource.jsonSchema
    private static let role = RoleInOrganization.resource.jsonSchema
    private static let permission = PermissionInOrganization.resource.jsonSchema
    private static let invitation = UserInvitation.resource.jsonSchema
    private static let createdInvitation = UserInvitation.createdResource(showing: "").jsonSchema

    /// The resources included beside users.
    private static var included: JSONValue { ["oneOf": [Organization.resource.jsonSchema, role, permission]] }

    private static var validatedAPIKey: JSONValue {
        object([
            "type": ["type": "string", "const": "validate_v2"], "id": JSONSchema.id,
            "attributes": object([
                "api_key_id": JSONSchema.id, "api_key_scopes": list(of: text),
                "valid": ["type": "boolean", "const": true],
            ]),
        ])
    }

    private static var newInvitations: JSONValue {
        let invitation = object([
            "type": ["type": "string", "const": .string(UserInvitation.resource.type)],
            "relationships": object(["user": object(["data": closed(reference(to: "users"))])]),
        ])
        return ["type": "array", "minItems": 1, "maxItems": 100, "items": invitation]
    }

    private static var restrictionPolicy: JSONValue {
        let binding = object(["relation": text, "principals": ["type": "array", "minItems": 1, "items": text]])
        return object([
            "id": text, "type": ["type": "string", "const": .string(DocumentSchema.restrictionPolicy.type)],
            "attributes": object(["bindings": list(of: binding)]),
        ])
    }

    // MARK: Parts

    private static let text = JSONSchema.text

    private static func list(of element: JSONValue) -> JSONValue { JSONSchema.list(of: element) }

    private static func object(_ required: JSONValue, optional: JSONValue = [:]) -> JSONValue {
        JSONSchema.object(required, optional: optional)
    }

    private static func reference(to type: String) -> JSONValue { JSONSchema.reference(to: type) }

    private static var meta: JSONValue {
        object(["page": object(["total_count": JSONSchema.count, "total_filtered_count": JSONSchema.count])])
    }

    private static func keyList(of key: JSONValue, maximum: String) -> JSONValue {
        let page: JSONValue = object(["total_filtered_count": JSONSchema.count])
        let meta = object(.object([.init("page", page), .init(JSONText(maximum), JSONSchema.count)]))
        return object(
            ["data": list(of: key), "meta": meta],
            optional: ["included": list(of: user)]
        )
    }

    // MARK: What declarations can't say

    /// An object that has no other members.
    private static func closed(_ object: JSONValue) -> JSONValue { object.adding(["additionalProperties": false]) }

    /// The schema of a body whose flag of that name can only be true.
    private static func pinned(_ body: JSONValue, _ flag: String) -> JSONValue {
        let path = ["properties", "data", "properties", "attributes", "properties", flag]
        return body.changing(path[...]) { $0.adding(["const": true]) }
    }

    /// The schema of a body that may have references to resources of a type beside its attributes.
    private static func with(_ type: String, _ body: JSONValue) -> JSONValue {
        let references: JSONValue = ["type": "array", "maxItems": 100, "items": closed(reference(to: type))]
        let list = closed(["type": "object", "properties": ["data": references]])
        let relationships = closed(["type": "object", "properties": .object([.init(JSONText(type), list)])])
        return body.changing(["properties", "data", "properties"]) { $0.adding(["relationships": relationships]) }
    }

    /// The schema of a body whose attributes may repeat what responses say of a role.
    private static func ofRole(_ body: JSONValue) -> JSONValue {
        let ignored: JSONValue = ["description": "Ignored."]
        return body.changing(["properties", "data", "properties", "attributes", "properties"]) { attributes in
            attributes.adding([
                "created_at": ignored, "modified_at": ignored, "user_count": ignored, "managed": ignored,
            ])
        }
    }
}

extension JSONValue {
    /// The object with those members at its end.
    fileprivate func adding(_ others: JSONValue) -> JSONValue {
        guard case .object(let members) = self, case .object(let others) = others else { return self }
        return .object(members + others)
    }

    /// The schema of a body whose data has no member of that name.
    fileprivate func without(_ name: String) -> JSONValue {
        changing(["properties", "data", "properties"]) { properties in
            guard case .object(let members) = properties else { return properties }
            return .object(members.filter { !($0.name == name) })
        }
    }

    /// The value with what stands at the end of a path changed.
    fileprivate func changing(_ path: ArraySlice<String>, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        guard let name = path.first else { return change(self) }
        guard case .object(var members) = self, let place = members.firstIndex(where: { $0.name == name }) else {
            return self
        }
        members[place].value = members[place].value.changing(path.dropFirst(), change)
        return .object(members)
    }
}
