import Connections
import Documents

/// The document and the settings of a connection, read by the declarations that the connection was made by.
struct ConnectionMembers: Sendable {
    let connection: ActConnection.Stored
    let integration: Integration
    let credentialType: CredentialType
    private let integrationObject: JSONValue
    private let credentials: JSONValue

    init(_ connection: ActConnection.Stored, in catalogue: [String: Integration]) throws(ActRefusal) {
        guard let object = connection.document["attributes"]?["integration"],
            let type = object["type"]?.text, let integration = catalogue[type.string], type == integration.type,
            let credentials = object["credentials"], let credentialTypeName = credentials["type"]?.text,
            let credentialType = integration.credentialTypes.first(where: { credentialTypeName == $0.shape.type })
        else {
            throw ActRefusal(
                .connectionNotUsable,
                "the connection's integration or credential type is unknown to this version"
            )
        }
        self.connection = connection
        self.integration = integration
        self.credentialType = credentialType
        integrationObject = object
        self.credentials = credentials
    }

    /// An open member of the integration.
    func integrationMember(_ name: String) throws(ActRefusal) -> String {
        guard let text = integrationObject[name]?.text else { throw Self.lacks(name) }
        return text.string
    }

    /// A member of `credentials` of whatever kind, if it is there.
    func credentialValue(_ name: String) -> JSONValue? {
        credentials[name]
    }

    /// An open member of `credentials`.
    func credentialMember(_ name: String) throws(ActRefusal) -> String {
        guard let text = credentials[name]?.text, !isSecret(name) else { throw Self.lacks(name) }
        return text.string
    }

    /// A member of `credentials`, as refusals name it.
    func credential(_ steps: String...) -> ActRefusal.Member {
        .connection((["", "integration", "credentials"] + steps.map(JSONPointer.escape)).joined(separator: "/"))
    }

    /// The paths of other versions of the API, beside that of the base URL.
    var siblingPaths: [String] {
        if case .fixed(_, let siblings) = integration.baseURL.source { siblings } else { [] }
    }

    /// A setting, if it is set.
    func setting(_ name: String) -> String? {
        guard let text = connection.settings?[name]?.text, !text.isEmpty else { return nil }
        return text.string
    }

    func flag(_ name: String) -> Bool {
        connection.settings?[name] == .boolean(true)
    }

    /// Where a member of `credentials` is kept.
    func address(_ names: String...) -> String {
        names.reduce(into: "integration/credentials") { address, name in
            address += "/"
            address += SecretAddress.escape(name)
        }
    }

    /// A declared text with the connection's own values.
    func text(_ template: Template) throws(ActRefusal) -> PlannedText {
        var parts: [PlannedText.Part] = []
        for part in template.parts {
            switch part {
            case .text(let text): parts.append(.text(text))
            case .member(let name):
                if isSecret(name) {
                    parts.append(.secret(address(name), .none))
                } else {
                    parts.append(.text(try credentialMember(name)))
                }
            }
        }
        return PlannedText(parts)
    }

    func isSecret(_ name: String) -> Bool {
        credentialType.shape.fields.contains { $0.name == name && $0.part == .secret }
    }

    private static func lacks(_ name: String) -> ActRefusal {
        ActRefusal(.connectionNotUsable, "the connection has no \(name), which acting needs: send it in an update")
    }
}
