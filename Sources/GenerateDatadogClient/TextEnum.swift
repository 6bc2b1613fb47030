/// An enum to be written: the few texts that a member may have, and one for those unknown.
struct TextEnum: Declaration {
    let name: String
    /// The paragraphs of its comment.
    let help: [String]
    /// The texts, and the names of their cases.
    let values: [(text: String, name: String)]

    func write(to source: inout SourceText) {
        source.comment(help[0], help[1])
        source.block("public enum \(name): APIValue") { source in
            for value in values {
                source.comment("`\(value.text)`.")
                source.line("case \(value.name)")
            }
            source.comment("A value that this version does not know.")
            source.line("case unknown(UnknownValue)")
            source.line()
            source.comment("Reads the value from its JSON.", "- Parameter json: The value as the API has it.")
            source.block("public init(json: JSONValue)") { source in
                source.cases(of: "json.text") { source in
                    for value in values { source.line("case \"\(value.text)\": self = .\(value.name)") }
                    source.line("default: self = .unknown(UnknownValue(json: json))")
                }
            }
            source.line()
            source.comment("The value as the API has it.", "- Parameter secrets: Makes no difference.")
            source.comment("- Returns: The JSON.")
            source.block("public func json(secrets: SecretVisibility) -> JSONValue") { source in
                source.cases(of: "self") { source in
                    for value in values { source.line("case .\(value.name): \"\(value.text)\"") }
                    source.line("case .unknown(let value): value.raw")
                }
            }
        }
    }
}
