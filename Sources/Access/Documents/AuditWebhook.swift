package import Documents

/// A receiver of audit events outside, as its document says it.
package struct AuditWebhook: Sendable, Equatable {
    package let url: String
    /// The actions of the events that it receives: `*`, a whole action, or its beginning and `.*`.
    package let actions: [String]
    package let isEnabled: Bool

    /// Reads a stored document, the inner `data` object.
    package init?(_ document: JSONValue) {
        guard let attributes = document["attributes"], let url = attributes["url"]?.text?.string,
            case .array(let actions)? = attributes["actions"], case .boolean(let isEnabled)? = attributes["enabled"]
        else { return nil }
        self.url = url
        self.actions = actions.compactMap { $0.text?.string }
        self.isEnabled = isEnabled
    }

    /// Whether it receives events of that action.
    package func receives(_ action: String) -> Bool {
        actions.contains { pattern in
            pattern == "*" || pattern == action
                || (pattern.utf8.last == UInt8(ascii: "*") && action.hasPrefix(pattern.dropLast()))
        }
    }

    /// The field of its document that holds the key of its signatures.
    package static let secretField = "secret"
}

extension DocumentSchema {
    /// A webhook as it is created.
    package static let auditWebhook = DocumentSchema(
        type: "audit_webhooks",
        attributes: [
            .text("name", "Name for people, one webhook's alone", format: .name),
            .destination("url", "URL that events are posted to", format: .baseURL),
            .texts(
                "actions",
                "Actions of the events that are sent: *, a whole one, or its beginning and .*",
                format: .auditActions,
                countAtMost: 100
            ).nonEmpty(),
            .secret(AuditWebhook.secretField, "Key of the signatures: whsec_ and 24 to 64 bytes in base64"),
            .flag("enabled", "Whether events are sent; those that come meanwhile are sent later", standard: true),
        ]
    )
}

extension TextFormat {
    fileprivate static let auditActions = TextFormat(
        length: 1...100,
        pattern: #"^(\*|[a-z_]+(\.[a-z_]+)*(\.\*)?)$"#,
        expectation: "*, an action such as connection.create, or its beginning and .*, such as connection.*"
    ) { text in
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.indices.allSatisfy { index in
            let isAny = parts[index].elementsEqual([UInt8(ascii: "*")])
            let isWord =
                !parts[index].isEmpty
                && parts[index].allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")) ~= $0 || $0 == UInt8(ascii: "_") }
            return isWord || (isAny && index == parts.count - 1)
        }
    }
}
