/// A struct to be written: its members, and how each is read and written.
struct Structure {
    struct Property {
        enum Kind {
            case text
            case secret
            case flag
            /// A text that an update may remove.
            case removableText
            /// Another type of ours.
            case value(String)
            /// An array of another type of ours.
            case values(String)
        }

        let wireName: String
        let help: String
        let kind: Kind
        let isOptional: Bool
        /// Whether only the server sets it, so that the initializer does not take it.
        var isIssued = false
        /// A value for where the initializer is given none.
        var standard: String?
        /// Whether a deleted element must hold it all the same, as `""`.
        var isKeptWhenDeleted = false

        var name: String { SwiftName.property(wireName) }

        var type: String {
            let type =
                switch kind {
                case .text: "String"
                case .secret: "Secret"
                case .flag: "Bool"
                case .removableText: "Removable<String>"
                case .value(let name): name
                case .values(let name): "[\(name)]"
                }
            return isOptional ? type + "?" : type
        }

        /// The expression that reads it from `json`.
        var reading: String {
            let method =
                switch kind {
                case .text: isOptional ? "optionalText" : "text"
                case .secret: isOptional ? "optionalSecret" : "secret"
                case .flag: "optionalFlag"
                case .removableText: "removableText"
                case .value: isOptional ? "optionalValue" : "value"
                case .values: "optionalValues"
                }
            return "try json.\(method)(\"\(wireName)\")"
        }

        /// The expression that is written.
        var writing: String {
            isKeptWhenDeleted ? "\(name) ?? (deleted == true ? Secret(\"\") : nil)" : name
        }
    }

    let name: String
    /// The paragraphs of its comment.
    let help: [String]
    let properties: [Property]
    /// The value of its `type` member, if it has one that is always the same.
    var type: String?

    func write(to source: inout SourceText) {
        source.comment(help[0], help[1])
        source.block("public struct \(name): APIValue") { source in
            if let type {
                source.comment("The value of `type` on the wire.")
                source.line("public static let type = \"\(type)\"")
                source.line()
            }
            for property in properties {
                source.comment(property.help + ".")
                let access = property.isIssued ? "public internal(set) var" : "public var"
                source.line("\(access) \(property.name): \(property.type)")
            }
            source.line()
            writeInitializer(to: &source)
            source.line()
            writeReading(to: &source)
            source.line()
            writeWriting(to: &source)
        }
    }

    private func writeInitializer(to source: inout SourceText) {
        let parameters = properties.filter { !$0.isIssued }
        source.comment("Creates a value from its members.", "- Parameters:")
        for parameter in parameters { source.line("///   - \(parameter.name): \(parameter.help).") }
        source.line("public init(")
        for (index, parameter) in parameters.enumerated() {
            let standard = parameter.standard ?? (parameter.isOptional ? .some("nil") : nil)
            let end = index == parameters.count - 1 ? "" : ","
            source.line("    \(parameter.name): \(parameter.type)\(standard.map { " = \($0)" } ?? "")\(end)")
        }
        source.block(")") { source in
            for parameter in parameters { source.line("self.\(parameter.name) = \(parameter.name)") }
        }
    }

    private func writeReading(to source: inout SourceText) {
        source.comment(
            "Reads the value from its JSON.",
            "- Parameter json: The value as the API has it."
        )
        source.comment(
            "- Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be."
        )
        source.block("public init(json: JSONValue) throws(JSONMismatch)") { source in
            for property in properties {
                var reading = property.reading
                if case .values = property.kind, !property.isOptional { reading += " ?? []" }
                source.line("\(property.name) = \(reading)")
            }
        }
    }

    private func writeWriting(to source: inout SourceText) {
        source.comment(
            "The value as the API has it.",
            "- Parameter secrets: Whether to write out secrets."
        )
        source.comment("- Returns: The JSON.")
        source.block("public func json(secrets: SecretVisibility) -> JSONValue") { source in
            source.block(".object(secrets: secrets)") { source in
                if type != nil { source.line("$0.add(\"type\", Self.type)") }
                for property in properties {
                    source.line("$0.add(\"\(property.wireName)\", \(property.writing))")
                }
            }
        }
    }
}
