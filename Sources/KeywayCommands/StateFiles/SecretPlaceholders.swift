import Documents

/// Makes a document that lacks its secrets one that a schema accepts: it puts placeholders where secrets belong, notes
/// these places, and leaves out what the service issues.
struct SecretPlaceholders {
    private(set) var slots: [SecretSlot] = []
    /// Where a secret stands that should not.
    private(set) var literalSecrets: [String] = []

    private var pointer: [String] = []
    private var address: [String] = []

    private static let placeholder: JSONValue = "placeholder"

    /// Fills the attributes of a document.
    ///
    /// - Parameters:
    ///   - attributes: What stands in the file. Values of a wrong kind are left for the schema to find.
    ///   - fields: What they may hold.
    /// - Returns: The attributes with placeholders.
    mutating func fill(_ attributes: JSONValue, of fields: [Field]) -> JSONValue {
        pointer = ["data", "attributes"]
        return object(attributes, of: fields)
    }

    private mutating func object(_ value: JSONValue, of fields: [Field]) -> JSONValue {
        guard case .object(var members) = value else { return value }
        for field in fields {
            let index = members.firstIndex { $0.name == field.name }
            switch field.part {
            case .issued, .renewed, .issuedUnlessSent:
                if let index { members.remove(at: index) }
            case .secret, .withheldSecret:
                let secret = secret(field, sent: index.map { members[$0].value })
                if let index {
                    members[index].value = secret
                } else {
                    members.append(.init(JSONText(field.name), secret))
                }
            case .open, .reissues:
                guard let index else { continue }
                let value = members[index].value
                members[index].value = inside(field.name) { $0.value(value, of: field) }
            }
        }
        return .object(members)
    }

    private mutating func secret(_ field: Field, sent: JSONValue?) -> JSONValue {
        inside(field.name) { filler in
            let place = "/" + filler.pointer.map(JSONPointer.escape).joined(separator: "/")
            filler.slots.append(
                SecretSlot(
                    pointer: place,
                    address: filler.address.map(SecretAddress.escape).joined(separator: "/"),
                    help: field.help,
                    isRequired: field.isRequired
                )
            )
            guard let sent else { return Self.placeholder }
            // What is no text is an error, which the schema reports.
            guard let text = sent.text else { return sent }
            if !text.isEmpty { filler.literalSecrets.append(place) }
            return Self.placeholder
        }
    }

    private mutating func value(_ value: JSONValue, of field: Field) -> JSONValue {
        switch field.kind {
        case .text, .flag, .number, .constant, .texts, .scalars, .list: value
        case .object(let fields), .group(let fields): object(value, of: fields)
        case .keyedList(let list): elements(value, of: list)
        case .variants(let variants):
            object(value, of: value["type"]?.text.flatMap(variants.shape(ofType:))?.fields ?? [])
        case .choice(let choice):
            object(value, of: choice.common + choice.options.filter { value[$0[0].name] != nil }.joined())
        }
    }

    private mutating func elements(_ value: JSONValue, of list: KeyedList) -> JSONValue {
        guard case .array(let elements) = value else { return value }
        var result: [JSONValue] = []
        for (index, element) in elements.enumerated() {
            let name = element["name"]?.text?.string ?? ""
            result.append(inside(String(index), named: name) { $0.object(element, of: list.fields) })
        }
        return .array(result)
    }

    private mutating func inside<Result>(
        _ step: String,
        named name: String? = nil,
        _ body: (inout SecretPlaceholders) -> Result
    ) -> Result {
        pointer.append(step)
        address.append(name ?? step)
        defer {
            pointer.removeLast()
            address.removeLast()
        }
        return body(&self)
    }
}
