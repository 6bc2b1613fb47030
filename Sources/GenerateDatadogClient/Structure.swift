/// A struct to be written: its members, and how each is read and written.
struct Structure: Declaration {
    /// The document that has the members as its attributes.
    struct Document {
        /// The expression of its type.
        let type: String
        /// A description of its id; `nil` in what is sent, where it has none.
        var idHelp: String?
    }

    /// The options of which the object has one, beside its other members.
    struct Choice {
        /// The name of the property that holds it.
        let name: String
        let help: String
        let options: OptionEnum

        /// Its parameter in an initializer.
        var parameter: String { "\(name): \(options.name)" }
    }

    let name: String
    /// The paragraphs of its comment.
    let help: [String]
    let properties: [Property]
    /// The value of its `type` member, if it has one that is always the same.
    var type: String?
    var document: Document?
    var choice: Choice?

    /// Whether it is read from responses alone.
    private var isResponse: Bool { document?.idHelp != nil }

    func write(to source: inout SourceText) {
        source.comment(help[0], help[1])
        source.block("public struct \(name): APIValue\(isResponse ? ", Identifiable" : "")") { source in
            writeProperties(to: &source)
            if !isResponse {
                source.line()
                writeInitializer(to: &source)
            }
            source.line()
            writeReading(to: &source)
            source.line()
            writeWriting(to: &source)
        }
    }

    private func writeProperties(to source: inout SourceText) {
        if let type, !isResponse {
            source.comment("The value of `type` on the wire.")
            source.line("public static let type = \"\(type)\"")
            source.line()
        }
        if let choice {
            source.comment("\(choice.help).")
            source.block("public enum \(choice.options.name): Sendable, Hashable") { source in
                choice.options.writeCases(to: &source)
            }
            source.line()
        }
        if let idHelp = document?.idHelp {
            source.comment("\(idHelp).")
            source.line("public let id: String")
        }
        for property in properties {
            source.comment("\(property.help).")
            let access = isResponse ? "public let" : property.isIssued ? "public internal(set) var" : "public var"
            source.line("\(access) \(property.name): \(property.type)")
        }
        if let choice {
            source.comment("\(choice.help).")
            source.line("public var \(choice.parameter)")
        }
        if let type, isResponse {
            source.line()
            source.line("static let type = \"\(type)\"")
        }
    }

    private func writeInitializer(to source: inout SourceText) {
        let properties = properties.filter { !$0.isIssued }
        var parameters = properties.map(\.parameter)
        var helps = properties.map { (name: $0.name, help: "\($0.help).") }
        if let choice {
            parameters.append(choice.parameter)
            helps.append((name: choice.name, help: "\(choice.help)."))
        }
        source.comment("Creates a value from its members.")
        source.parameters(helps)
        let head = "public init(\(parameters.joined(separator: ", ")))"
        let assign = { (source: inout SourceText) in
            for help in helps { source.line("self.\(help.name) = \(help.name)") }
        }
        guard !source.fits(head + " {") else { return source.block(head, assign) }
        source.line("public init(")
        source.indented { source in
            for (index, parameter) in parameters.enumerated() {
                source.line(index == parameters.count - 1 ? parameter : parameter + ",")
            }
        }
        source.block(")", assign)
    }

    private func writeReading(to source: inout SourceText) {
        source.comment(
            "Reads the value from its JSON.",
            "- Parameter json: \(document == nil ? "The value as the API has it" : "The `data` object")."
        )
        source.comment(
            "- Throws: ``JSONMismatch`` if a required member is missing, or a member is not what it should be."
        )
        source.block("public init(json: JSONValue) throws(JSONMismatch)") { source in
            guard document != nil else {
                for property in properties { source.line("\(property.name) = \(property.reading(from: "json"))") }
                choice?.options.writeReading(into: choice?.name ?? "", to: &source)
                return
            }
            if isResponse { source.line("id = try json.text(\"id\")") }
            source.line("let attributes = try json.member(\"attributes\", \"an object\")")
            source.line("do {")
            source.indented { source in
                for property in properties {
                    source.line("\(property.name) = \(property.reading(from: "attributes"))")
                }
            }
            source.line("} catch {")
            source.indented { $0.line("throw error.inside(\"attributes\")") }
            source.line("}")
        }
    }

    private func writeWriting(to source: inout SourceText) {
        source.comment(
            "The value as the API has it.",
            "- Parameter secrets: Whether to write out secrets."
        )
        source.comment("- Returns: The JSON.")
        source.block("public func json(secrets: SecretVisibility) -> JSONValue") { source in
            var additions = properties.map { "$0.add(\"\($0.wireName)\", \($0.writing))" }
            if let choice {
                return choice.options.writeWriting(of: choice.name, behind: additions, to: &source)
            }
            let head: String
            if let document {
                head = ".document(\(document.type), \(isResponse ? "id: id, " : "")secrets: secrets)"
            } else {
                head = ".object(secrets: secrets)"
                if type != nil { additions.insert("$0.add(\"type\", Self.type)", at: 0) }
            }
            source.block(head) { source in
                for addition in additions { source.line(addition) }
            }
        }
    }
}
