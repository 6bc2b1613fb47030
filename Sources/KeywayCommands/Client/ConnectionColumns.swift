import DatadogClient

/// The columns of connections.
enum ConnectionColumns {
    static let all: [Column<Connection>] = [
        Column("ID", .always) { $0.id },
        Column("Name", .flexible) { $0.name },
        Column("Integration", .droppable(1)) { $0.integration.type ?? "?" },
        Column("Tags", .droppable(2)) { $0.tags.flatMap { $0.isEmpty ? nil : $0.joined(separator: " ") } },
    ]

    /// The members of the integration, one line each; a secret is only said to be there.
    static func details(of connection: Connection) -> [(title: String, text: String)] {
        let integration = connection.integration.json(secrets: .hidden)
        guard case .object(let object) = integration else { return [] }
        let secrets = connection.integration.type.flatMap(IntegrationInputs.named)?.secretNames ?? []
        return object.members.filter { $0.name != "type" }.flatMap { member in
            lines(member.value, titled: member.name, secrets: secrets)
        }
    }

    private static func lines(
        _ value: JSONValue,
        titled title: String,
        secrets: [String]
    ) -> [(title: String, text: String)] {
        switch value {
        case .object(let object):
            return object.members.flatMap { member in
                let own = title == "credentials" ? member.name : "\(title) \(member.name)"
                let name = member.name == "type" ? title : own
                return lines(member.value, titled: name, secrets: secrets)
            }
        case .array(let elements):
            return elements.flatMap { element -> [(title: String, text: String)] in
                let name = "\(title) \(element["name"]?.text ?? "")"
                guard let value = element["value"]?.text else { return lines(element, titled: name, secrets: secrets) }
                return [(name, element["type"]?.text == "SECRET" ? notShown : value)]
            }
        case .string(""): return secrets.contains(title) ? [(title, notShown)] : []
        case .string(let text): return [(title, text)]
        case .null: return []
        case .boolean(let flag): return [(title, flag ? "true" : "false")]
        case .number(let number): return [(title, number.text)]
        }
    }

    private static let notShown = "(not shown)"
}
