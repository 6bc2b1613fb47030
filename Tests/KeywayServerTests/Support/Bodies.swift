/// Bodies of creates and updates.
enum Bodies {
    /// Stands where secrets stand, and may be seen nowhere else.
    static let marker = ["s3cr3t", "mark", "er"].joined(separator: "-")

    static func connection(name: String? = "Test", type: String, _ integration: String = "", credentials: String)
        -> String
    {
        let name = name.map { #""name":"\#($0)","# } ?? ""
        let members = integration.isEmpty ? "" : integration + ","
        return #"""
            {"data":{"type":"action_connection","attributes":{\#(name)"integration":
            {"type":"\#(type)",\#(members)"credentials":{\#(credentials)}}}}}
            """#
    }

    static func openAI(name: String? = "Test", token: String = marker) -> String {
        connection(name: name, type: "OpenAI", credentials: #""type":"OpenAIAPIKey","api_token":"\#(token)""#)
    }

    static func datadog(
        name: String? = "Test",
        datacenter: String? = "us1.datadoghq.com",
        apiKey: String? = nil,
        appKey: String? = nil
    ) -> String {
        let members = [("datacenter", datacenter), ("api_key", apiKey), ("app_key", appKey)]
            .compactMap { name, value in value.map { #","\#(name)":"\#($0)""# } }.joined()
        return connection(name: name, type: "Datadog", credentials: #""type":"DatadogAPIKey"\#(members)"#)
    }

    static func aws(name: String? = "Test", _ members: String = #","account_id":"123456789012","role":"deploy""#)
        -> String
    {
        connection(name: name, type: "AWS", credentials: #""type":"AWSAssumeRole"\#(members)"#)
    }

    static func cloudflare(_ credentials: String) -> String {
        connection(type: "Cloudflare", credentials: credentials)
    }

    static func http(
        name: String? = "Test",
        baseURL: String? = "https://api.example.com/v1",
        _ members: [String: String] = [:]
    ) -> String {
        let integration = baseURL.map { #""base_url":"\#($0)""# } ?? ""
        let lists = members.sorted { $0.key < $1.key }.map { #","\#($0.key)":\#($0.value)"# }.joined()
        return connection(name: name, type: "HTTP", integration, credentials: #""type":"HTTPTokenAuth"\#(lists)"#)
    }

    static func token(_ name: String, _ value: String) -> String {
        #"{"name":"\#(name)","type":"SECRET","value":"\#(value)"}"#
    }

    /// A restriction policy.
    static func policy(_ bindings: [(relation: String, principals: [String])], members: String = "") -> String {
        let bindings = bindings.map { binding in
            let principals = binding.principals.map { "\"\($0)\"" }.joined(separator: ",")
            return #"{"relation":"\#(binding.relation)","principals":[\#(principals)]}"#
        }
        return #"""
            {"data":{"type":"restriction_policy"\#(members),
            "attributes":{"bindings":[\#(bindings.joined(separator: ","))]}}}
            """#
    }

    /// An issuer, with another URL for each number, whose tokens stand for a service account, but may do nothing that a
    /// reader may.
    static func tokenIssuer(_ number: Int, _ account: Keys, scopes: String = #"["audit_logs_read"]"#) -> String {
        #"""
        {"data":{"type":"token_issuers","attributes":{"issuer":"https://issuer\#(number).example","mappings":[
        {"service_account_id":"\#(account.user)","claims":[{"claim":"sub","value":"repo:acme/*"}],
        "scopes":\#(scopes)}]}}}
        """#
    }

    /// A webhook of another name for each number, with a secret of its own.
    static func auditWebhook(_ number: Int) -> String {
        #"""
        {"data":{"type":"audit_webhooks","attributes":{"name":"hook \#(number)","url":"https://hook.example/\#(number)",
        "actions":["connection.*"],"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}}
        """#
    }

    /// An AWS role, another for each number, that stands for a service account.
    static func personaMapping(_ number: Int, _ account: Keys) -> String {
        #"""
        {"data":{"type":"aws_cloud_auth_config","attributes":{"account_identifier":"\#(account.user)",
        "arn_pattern":"arn:aws:sts::123456789012:assumed-role/role-\#(number)/*"}}}
        """#
    }

    /// Settings of a connection.
    static func settings(_ members: String = "") -> String {
        #"{"data":{"type":"connection_settings","attributes":{\#(members)}}}"#
    }

    static func rename(_ name: String) -> String {
        #"{"data":{"type":"action_connection","attributes":{"name":"\#(name)"}}}"#
    }
}
