import Access
import Documents
import Testing
import TestSupport

/// Bodies of the API of keys and users.
enum AccessBodies {
    static func key(_ type: String, _ attributes: String, id: String? = nil) -> String {
        let id = id.map { #""id":"\#($0)","# } ?? ""
        return #"{"data":{\#(id)"type":"\#(type)","attributes":{\#(attributes)}}}"#
    }

    static func apiKey(_ attributes: String = #""name":"Test""#) -> String { key("api_keys", attributes) }

    /// A token that acts through a connection.
    static func actToken(through connection: String) -> String {
        key("act_tokens", #""connections":["\#(connection)"],"lifetime":60"#)
    }

    static func proxySession(through connection: String) -> String {
        key("proxy_sessions", #""connections":["\#(connection)"],"lifetime":60"#)
    }

    /// A token without permissions; with a time of its end, as its creation has it.
    static func accessToken(isPersonal: Bool, expires: Bool) -> String {
        let month: Int64 = 30 * 86_400 * 1_000_000
        let end = Timestamp(microseconds: Timestamp.now.microseconds + month)
        return key(
            isPersonal ? "personal_access_tokens" : "service_access_tokens",
            #""name":"Test","scopes":["nothing_that_is_known"]"# + (expires ? #","expires_at":"\#(end)""# : "")
        )
    }

    /// Scopes in JSON.
    static func applicationKey(scopes: String? = nil) -> String {
        key("application_keys", #""name":"Test""# + (scopes.map { #","scopes":\#($0)"# } ?? ""))
    }

    static func user(
        email: String = "jane@example.com",
        roles: [Role]? = nil,
        isServiceAccount: Bool = false
    ) -> String {
        let references = roles?.map { #"{"id":"\#($0.id)","type":"roles"}"# }.joined(separator: ",")
        let relationships = references.map { #","relationships":{"roles":{"data":[\#($0)]}}"# } ?? ""
        let flag = isServiceAccount ? #","service_account":true"# : ""
        return #"{"data":{"type":"users","attributes":{"email":"\#(email)"\#(flag)}\#(relationships)}}"#
    }

    static func userUpdate(_ attributes: String, id: String? = nil) -> String { key("users", attributes, id: id) }

    /// A role that is created, cloned or changed.
    static func role(
        _ name: String? = "Test",
        _ permissions: PermissionSet? = nil,
        id: String? = nil
    ) -> String {
        role(name.map { #""name":"\#($0)""# } ?? "", attributes: "", permissions, id: id)
    }

    static func role(_ name: String, _ attributes: String) -> String {
        role(#""name":"\#(name)""#, attributes: attributes, nil, id: nil)
    }

    private static func role(
        _ name: String,
        attributes: String,
        _ permissions: PermissionSet?,
        id: String?
    ) -> String {
        let references = permissions?.members.map { #"{"id":"\#($0.id)","type":"permissions"}"# }
        let relationships = references.map {
            #","relationships":{"permissions":{"data":[\#($0.joined(separator: ","))]}}"#
        }
        return #"""
            {"data":{\#(id.map { #""id":"\#($0)","# } ?? "")"type":"roles",
            "attributes":{\#(name)\#(attributes)}\#(relationships ?? "")}}
            """#
    }

    static func reference(to permission: Permission) -> String {
        #"{"data":{"id":"\#(permission.id)","type":"permissions"}}"#
    }

    static func invitation(of users: Identifier...) -> String {
        let elements = users.map {
            #"{"type":"user_invitations","relationships":{"user":{"data":{"id":"\#($0)","type":"users"}}}}"#
        }
        return #"{"data":[\#(elements.joined(separator: ","))]}"#
    }

    static func acceptance(_ code: String) -> String { key("user_invitations", #""code":"\#(code)""#) }

    static func reference(_ user: Identifier) -> String {
        #"{"data":{"id":"\#(user)","type":"users"}}"#
    }
}

/// Expects an error body of strings that is exact in shape.
func expectStrings(
    in answer: Answer,
    status: Int,
    containing text: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
    #expect(answer.header("Content-Type") == "application/json", sourceLocation: sourceLocation)
    #expect(answer.json.names == ["errors"], sourceLocation: sourceLocation)
    let errors = answer["/errors"]?.elements ?? []
    #expect(!errors.isEmpty, sourceLocation: sourceLocation)
    #expect(errors.allSatisfy { $0.text?.isEmpty == false }, sourceLocation: sourceLocation)
    if let text { #expect(answer.text.contains(text), "\(answer.text)", sourceLocation: sourceLocation) }
}
