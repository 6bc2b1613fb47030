import Documents

/// The schemas of the API of keys and users.
enum AccessComponents {
    static var all: [JSONValue.Member] {
        [
            .init("Validation", object(["valid": ["type": "boolean", "const": true]])),
            .init("ValidatedAPIKey", object(["data": validatedAPIKey])),
            .init("APIKey", object(["data": apiKey(showing: false)], optional: ["included": list(of: user)])),
            .init("APIKeyCreated", object(["data": apiKey(showing: true)])),
            .init("APIKeyList", keyList(of: apiKey(showing: false), maximum: "max_allowed")),
            .init("APIKeyCreate", pinned(JSONSchema.body(of: .apiKey, for: .create), "remote_config_read_enabled")),
            .init("APIKeyUpdate", pinned(JSONSchema.body(of: .apiKey, for: .update), "remote_config_read_enabled")),
            .init(
                "ApplicationKey",
                object(["data": applicationKey(showing: false)], optional: ["included": list(of: user)])
            ),
            .init("ApplicationKeyCreated", object(["data": applicationKey(showing: true)])),
            .init("ApplicationKeyList", keyList(of: applicationKey(showing: false), maximum: "max_allowed_per_user")),
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
            .init("UserReference", closed(object(["data": closed(reference("users"))]))),
            .init("UserInvitation", object(["data": invitation(showing: false)])),
            .init("UserInvitationList", object(["data": list(of: invitation(showing: true))])),
            .init("UserInvitationCreate", closed(object(["data": newInvitations]))),
            .init("UserInvitationAcceptance", JSONSchema.body(of: .invitationAcceptance, for: .create)),
            .init("PermissionReference", closed(object(["data": closed(reference("permissions"))]))),
            .init("Role", object(["data": role])),
            .init("RoleCreate", with("permissions", ofRole(JSONSchema.body(of: .role, for: .create)))),
            .init("RoleUpdate", with("permissions", ofRole(JSONSchema.body(of: .role, for: .update)))),
            .init("RoleClone", ofRole(JSONSchema.body(of: .roleClone, for: .create))),
            .init("RoleList", object(["data": list(of: role), "meta": meta])),
            .init("PermissionList", object(["data": list(of: permission)])),
        ]
    }

    // MARK: Resources

    private static var validatedAPIKey: JSONValue {
        resource(
            "validate_v2",
            attributes: object([
                "api_key_id": id, "api_key_scopes": list(of: text), "valid": ["type": "boolean", "const": true],
            ])
        )
    }

    private static func apiKey(showing showsKey: Bool) -> JSONValue {
        resource(
            "api_keys",
            attributes: object(
                [
                    "created_at": time, "last4": text(ofLength: 4), "modified_at": time, "name": text,
                    "category": text, "remote_config_read_enabled": flag,
                ],
                and: showsKey ? ["key": text(ofLength: 32)] : ["date_last_used": optionalTime]
            ),
            relationships: object([:], optional: ["created_by": one("users"), "modified_by": one("users")])
        )
    }

    private static func applicationKey(showing showsKey: Bool) -> JSONValue {
        resource(
            "application_keys",
            attributes: object(
                [
                    "name": text, "created_at": time, "last4": text(ofLength: 4),
                    "scopes": ["type": ["array", "null"], "minItems": 1, "items": text],
                ],
                and: showsKey ? ["key": text(ofLength: 40)] : ["last_used_at": optionalTime]
            ),
            relationships: object(["owned_by": one("users")])
        )
    }

    private static var user: JSONValue {
        resource(
            "users",
            attributes: object([
                "name": optionalText, "handle": text, "created_at": time, "modified_at": time, "email": text,
                "icon": text, "title": optionalText, "verified": flag, "service_account": flag, "disabled": flag,
                "status": ["type": "string", "enum": ["Active", "Disabled"]], "uuid": id, "mfa_enabled": flag,
                "last_login_time": optionalTime,
            ]),
            relationships: object(["roles": many("roles"), "org": one("orgs")])
        )
    }

    private static func invitation(showing showsCode: Bool) -> JSONValue {
        resource(
            "user_invitations",
            attributes: object(
                [
                    "uuid": id, "login_method": ["type": "null"], "invite_type": text, "created_at": time,
                    "expires_at": time,
                ],
                and: showsCode ? ["code": text] : [:]
            ),
            relationships: object(["user": one("users")])
        )
    }

    private static var newInvitations: JSONValue {
        let invitation = object([
            "type": ["type": "string", "const": "user_invitations"],
            "relationships": object(["user": object(["data": closed(reference("users"))])]),
        ])
        return ["type": "array", "minItems": 1, "maxItems": 100, "items": invitation]
    }

    private static var organization: JSONValue {
        resource("orgs", attributes: object(["name": text, "created_at": time]))
    }

    private static var role: JSONValue {
        resource(
            "roles",
            attributes: object(
                ["name": text, "managed": flag, "created_at": time, "modified_at": time],
                optional: ["receives_permissions_from": list(of: text), "user_count": count]
            ),
            relationships: object(["permissions": many("permissions")])
        )
    }

    private static var permission: JSONValue {
        resource(
            "permissions",
            attributes: object([
                "name": text, "display_name": text, "description": text, "created": time, "group_name": text,
                "display_type": ["type": "string", "enum": ["read", "write"]], "restricted": flag,
            ])
        )
    }

    private static var restrictionPolicy: JSONValue {
        let binding = object(["relation": text, "principals": ["type": "array", "minItems": 1, "items": text]])
        return object([
            "id": text, "type": ["type": "string", "const": .string(DocumentSchema.restrictionPolicy.type)],
            "attributes": object(["bindings": list(of: binding)]),
        ])
    }

    /// The resources included beside users.
    private static var included: JSONValue { ["oneOf": [organization, role, permission]] }

    // MARK: Parts

    private static let text: JSONValue = ["type": "string"]
    private static let optionalText: JSONValue = ["type": ["string", "null"]]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let id: JSONValue = ["type": "string", "format": "uuid"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let optionalTime: JSONValue = ["type": ["string", "null"], "format": "date-time"]

    private static func text(ofLength length: Int64) -> JSONValue {
        ["type": "string", "minLength": .integer(length), "maxLength": .integer(length)]
    }

    private static func list(of element: JSONValue) -> JSONValue { ["type": "array", "items": element] }

    private static func object(
        _ required: JSONValue,
        and alsoRequired: JSONValue = [:],
        optional: JSONValue = [:]
    ) -> JSONValue {
        guard case .object(let members) = required.adding(alsoRequired), case .object(let others) = optional else {
            return .null
        }
        return [
            "type": "object",
            "required": .array(members.map { .string($0.name) }),
            "properties": .object(members + others),
        ]
    }

    private static func reference(_ type: String) -> JSONValue {
        object(["id": id, "type": ["type": "string", "const": .string(type)]])
    }

    private static func one(_ type: String) -> JSONValue { object(["data": reference(type)]) }
    private static func many(_ type: String) -> JSONValue { object(["data": list(of: reference(type))]) }

    private static func resource(
        _ type: String,
        attributes: JSONValue,
        relationships: JSONValue? = nil
    ) -> JSONValue {
        object(
            ["type": ["type": "string", "const": .string(type)], "id": id, "attributes": attributes],
            and: relationships.map { ["relationships": $0] } ?? [:]
        )
    }

    private static var meta: JSONValue {
        object(["page": object(["total_count": count, "total_filtered_count": count])])
    }

    private static func keyList(of key: JSONValue, maximum: String) -> JSONValue {
        let meta = object(
            ["page": object(["total_filtered_count": count])],
            and: .object([.init(JSONText(maximum), count)])
        )
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
        let references: JSONValue = ["type": "array", "maxItems": 100, "items": closed(reference(type))]
        let list = closed(["type": "object", "properties": ["data": references]])
        let relationships = closed(["type": "object", "properties": .object([.init(JSONText(type), list)])])
        return body.changing(["properties", "data", "properties"]) { $0.adding(["relationships": relationships]) }
    }

    /// The schema of a body whose attributes may repeat what answers tell of a role.
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
