/// Where a document's secrets are sent, as far as its fields decide it.
///
/// Sealed secrets are bound to it: they open for no other.
package struct DocumentDestination: Sendable, Equatable {
    /// One field's part of it.
    package struct Part: Sendable, Equatable {
        /// Where the field stands in a body.
        package let pointer: String
        package let value: String
    }

    package let parts: [Part]

    /// All parts in one text, each on a line of its own: no value holds a line break.
    package var text: String {
        parts.map { "\($0.pointer)=\($0.value)" }.joined(separator: "\n")
    }
}

extension DocumentDestination {
    /// The destination that two documents name together.
    package func adding(_ other: DocumentDestination) -> DocumentDestination {
        DocumentDestination(parts: parts + other.parts)
    }
}

extension DocumentSchema {
    /// The destination that a stored document names: its integration, and the fields declared to decide it.
    package func destination(of document: JSONValue) -> DocumentDestination {
        var parts: [DocumentDestination.Part] = []
        if let attributes = document["attributes"] {
            Self.collect(self.attributes, of: attributes, at: "/data/attributes", into: &parts)
        }
        return DocumentDestination(parts: parts)
    }

    private static func collect(
        _ fields: [Field],
        of object: JSONValue,
        at pointer: String,
        into parts: inout [DocumentDestination.Part]
    ) {
        for field in fields {
            // What stands for a value that was never sent decides nothing.
            guard let value = object[field.name], value != field.standard else { continue }
            if let rule = field.destination, let text = value.text {
                parts.append(.init(pointer: "\(pointer)/\(field.name)", value: rule.part(of: text)))
            }
            guard case .variants(let variants) = field.kind, let type = value["type"]?.text,
                let shape = variants.shape(ofType: type)
            else { continue }
            let pointer = "\(pointer)/\(field.name)"
            if !variants.isSwitchable {
                parts.append(.init(pointer: "\(pointer)/type", value: shape.type))
            }
            collect(shape.fields, of: value, at: pointer, into: &parts)
        }
    }
}

extension Field.DestinationPart {
    fileprivate func part(of text: JSONText) -> String {
        switch self {
        case .whole: text.string.lowercased()
        case .origin: text.withUTF8 { WebOrigin(parsing: $0)?.text } ?? text.string
        }
    }
}
