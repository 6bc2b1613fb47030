package import Secrets

/// A kind of document of the API, `{"data":{"type":…,"attributes":{…}}}`, declared by its fields.
package struct DocumentSchema: Sendable {
    /// The value of `data.type`.
    package let type: String
    package let attributes: [Field]
    package let rules: [DocumentRule]

    package init(type: String, attributes: [Field], rules: [DocumentRule] = []) {
        self.type = type
        self.attributes = attributes
        self.rules = rules
    }
}

/// A rule that more than one field takes part in.
package struct DocumentRule: Sendable {
    /// The field that is to be blamed, from `attributes` on: `/resources_config/extended_collection`.
    package let pointer: String
    /// A description of what would be right.
    package let detail: String
    /// Whether the attributes keep the rule.
    package let isKept: @Sendable (JSONValue) -> Bool

    package init(at pointer: String, _ detail: String, isKept: @escaping @Sendable (JSONValue) -> Bool) {
        self.pointer = pointer
        self.detail = detail
        self.isKept = isKept
    }
}

/// A document parted in two: what everyone may read, and what the vault keeps.
package struct PartedDocument: Sendable {
    /// The inner `data` object as responses have it. Secrets stand in it as `""`.
    package let document: JSONValue
    /// The secrets that the body brought.
    package let secrets: [SecretField]
    /// The addresses of the stored secrets that an update leaves as they are.
    package let keptSecrets: [String]
}

/// A secret with its address in the document.
package struct SecretField: Sendable {
    /// The names on the way from `attributes` to the field, joined by `/`; an element of a list stands by its name:
    /// `integration/credentials/tokens/github/value`. It is ASCII, see ``SecretAddress``.
    package let address: String
    package let value: Secret
}

/// How a name stands in the address of a secret: with the escapes of RFC 6901, and each byte beyond ASCII as `~` and
/// two hexadecimal digits.
///
/// Names that differ only in Unicode normalization are two names, but equal as `String`: in ASCII their addresses
/// differ for every reader.
package enum SecretAddress {
    package static func escape(_ name: String) -> String {
        let escaped = JSONPointer.escape(name)
        guard !escaped.utf8.allSatisfy({ $0 < 0x80 }) else { return escaped }
        return escaped.utf8.reduce(into: "") { address, byte in
            if byte < 0x80 {
                address.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                address += "~" + String(byte, radix: 16)
            }
        }
    }
}

extension DocumentSchema {
    /// Reads the body of a create.
    ///
    /// - Parameters:
    ///   - body: The whole body.
    ///   - id: The id that the document gets.
    ///   - issue: Gives the value of an issued field, by its name.
    /// - Returns: The document that is to be stored, and its secrets.
    /// - Throws: ``InvalidDocument`` with every error of the body.
    package func create(
        _ body: JSONValue,
        id: Identifier,
        issue: @escaping (String) -> String
    ) throws(InvalidDocument) -> PartedDocument {
        try read(body, id: id, current: nil, issue: issue)
    }

    /// Reads the body of an update and merges it into the stored document.
    ///
    /// - Parameters:
    ///   - body: The whole body.
    ///   - id: The document's id.
    ///   - current: The stored document, the inner `data` object.
    ///   - issue: Gives the value of an issued field, by its name.
    /// - Returns: The document that is to replace the stored one, with the secrets that change and those that stay.
    /// - Throws: ``InvalidDocument`` with every error of the body.
    package func update(
        _ body: JSONValue,
        id: Identifier,
        of current: JSONValue,
        issue: @escaping (String) -> String
    ) throws(InvalidDocument) -> PartedDocument {
        try read(body, id: id, current: current, issue: issue)
    }

    private func read(
        _ body: JSONValue,
        id: Identifier,
        current: JSONValue?,
        issue: @escaping (String) -> String
    ) throws(InvalidDocument) -> PartedDocument {
        var reader = DocumentReader(isUpdate: current != nil, issue: issue)
        var attributes: [JSONValue.Member] = []
        if let data = reader.onlyMember("data", of: body, besides: JSONSchema.unread) {
            reader.descend(into: "data") { reader in
                attributes = self.attributes(of: data, id: id, current: current, by: &reader)
            }
        }
        guard reader.problems.isEmpty else { throw InvalidDocument(reader.problems) }
        let document: JSONValue = [
            "id": .string(id.description), "type": .string(type), "attributes": .object(attributes),
        ]
        return PartedDocument(document: document, secrets: reader.secrets, keptSecrets: reader.keptSecrets)
    }

    private func attributes(
        of data: JSONValue,
        id: Identifier,
        current: JSONValue?,
        by reader: inout DocumentReader
    ) -> [JSONValue.Member] {
        guard case .object(let members) = data else {
            reader.report("must be an object, not \(data.kindName)")
            return []
        }
        reader.refuseUnknown(members, known: ["type", "id", "attributes"])
        reader.descend(into: "type") { reader in
            guard let text = data["type"]?.text else {
                return reader.report("is required and must be \"\(type)\"")
            }
            if !(text == type) { reader.report("must be \"\(type)\"") }
        }
        if current != nil, let sent = data["id"] {
            reader.descend(into: "id") { reader in
                if sent.text.flatMap({ Identifier($0.string) }) != id {
                    reader.report("must be the id in the path, or be left out")
                }
            }
        }
        var result: [JSONValue.Member] = []
        reader.descend(into: "attributes") { reader in
            guard let attributes = data["attributes"] else { return reader.report("is required") }
            reader.startAddresses()
            result = reader.members(of: self.attributes, sent: attributes, current: current?["attributes"])
            guard reader.problems.isEmpty else { return }
            for rule in rules where !rule.isKept(.object(result)) {
                reader.report(rule.detail, below: rule.pointer)
            }
        }
        return result
    }
}
