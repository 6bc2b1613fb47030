/// An enum to be written: options of which an object has one, told apart by a member that only that option has.
struct OptionEnum: Declaration {
    struct Option {
        enum Payload {
            /// The member is `true`.
            case nothing
            /// The member is a list of texts.
            case texts
            /// The object itself is read as another type of ours.
            case value(String)
        }

        /// The member that tells the option from the others.
        let member: String
        /// The name of the case.
        let name: String
        let help: String
        let payload: Payload
    }

    let name: String
    /// The paragraphs of its comment.
    let help: [String]
    let options: [Option]

    func write(to source: inout SourceText) {
        source.comment(help[0], help[1])
        source.block("public enum \(name): APIValue") { source in
            writeCases(to: &source)
            source.line()
            source.comment("Reads the value from its JSON.", "- Parameter json: The value as the API has it.")
            source.comment("- Throws: ``JSONMismatch`` if a member is not what it should be.")
            source.block("public init(json: JSONValue) throws(JSONMismatch)") { writeReading(into: "self", to: &$0) }
            source.line()
            source.comment("The value as the API has it.", "- Parameter secrets: Whether to write out secrets.")
            source.comment("- Returns: The JSON.")
            source.block("public func json(secrets: SecretVisibility) -> JSONValue") { source in
                writeWriting(of: "self", to: &source)
            }
        }
    }

    /// The cases, with their comments.
    func writeCases(to source: inout SourceText) {
        for option in options {
            source.comment("\(option.help).")
            switch option.payload {
            case .nothing: source.line("case \(option.name)")
            case .texts: source.line("case \(option.name)([String])")
            case .value(let type): source.line("case \(option.name)(\(type))")
            }
        }
        source.comment("An option that this version does not know, with the whole object.")
        source.line("case unknown(UnknownValue)")
    }

    /// The statements that read one of the cases from `json` into a variable.
    func writeReading(into variable: String, to source: inout SourceText) {
        for (index, option) in options.enumerated() {
            let (condition, value) =
                switch option.payload {
                case .nothing: ("json[\"\(option.member)\"] == true", ".\(option.name)")
                case .texts:
                    ("let texts = try json.optionalTexts(\"\(option.member)\")", ".\(option.name)(texts)")
                case .value(let type):
                    ("json[\"\(option.member)\"] != nil", ".\(option.name)(try \(type)(json: json))")
                }
            source.line(index == 0 ? "if \(condition) {" : "} else if \(condition) {")
            source.indented { $0.line("\(variable) = \(value)") }
        }
        source.line("} else {")
        source.indented { $0.line("\(variable) = .unknown(UnknownValue(json: json))") }
        source.line("}")
    }

    /// The expression that writes one of the cases behind other members.
    func writeWriting(of variable: String, behind members: [String] = [], to source: inout SourceText) {
        source.cases(of: variable) { source in
            for option in options {
                let pattern: String
                var additions = members
                switch option.payload {
                case .nothing:
                    pattern = ".\(option.name)"
                    additions.append("$0.add(\"\(option.member)\", true)")
                case .texts:
                    pattern = ".\(option.name)(let texts)"
                    additions.append("$0.add(\"\(option.member)\", texts)")
                case .value:
                    source.line("case .\(option.name)(let value): value.json(secrets: secrets)")
                    continue
                }
                if additions.count == 1 {
                    source.line("case \(pattern): .object(secrets: secrets) { \(additions[0]) }")
                } else {
                    source.line("case \(pattern):")
                    source.indented { source in
                        source.block(".object(secrets: secrets)") { source in
                            for addition in additions { source.line(addition) }
                        }
                    }
                }
            }
            source.line("case .unknown(let value): value.raw")
        }
    }
}
