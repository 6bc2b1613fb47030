/// An enum to be written: shapes told apart by the member `type`, and one for those unknown.
struct Union: Declaration {
    struct Case {
        /// The value of `type`.
        let type: String
        let name: String
        let help: String
        /// The type of the associated value.
        let payload: String
        /// The member that holds the payload, if it is not the object itself that is read as the payload.
        var member: String?
    }

    let name: String
    /// The paragraphs of its comment.
    let help: [String]
    let unknownHelp: String
    let cases: [Case]

    func write(to source: inout SourceText) {
        source.comment(help[0], help[1])
        source.block("public enum \(name): APIValue") { source in
            for one in cases {
                source.comment(one.help + ".")
                source.line("case \(one.name)(\(one.payload))")
            }
            source.comment(unknownHelp)
            source.line("case unknown(UnknownValue)")
            source.line()
            source.comment("The value of `type` on the wire; `nil` if there is none.")
            source.block("public var type: String?") { source in
                source.cases(of: "self") { source in
                    for one in cases { source.line("case .\(one.name): \"\(one.type)\"") }
                    source.line("case .unknown(let value): value.type")
                }
            }
            source.line()
            writeReading(to: &source)
            source.line()
            writeWriting(to: &source)
        }
    }

    private func writeReading(to source: inout SourceText) {
        source.comment(
            "Reads the value from its JSON.",
            "- Parameter json: The value as the API has it."
        )
        source.comment("- Throws: ``JSONMismatch`` if it is of a known type, and lacks what that type requires.")
        source.block("public init(json: JSONValue) throws(JSONMismatch)") { source in
            source.cases(of: "json[\"type\"]?.text") { source in
                for one in cases {
                    let reading = one.member.map { "try json.value(\"\($0)\")" } ?? "try \(one.payload)(json: json)"
                    source.line("case \"\(one.type)\": self = .\(one.name)(\(reading))")
                }
                source.line("default: self = .unknown(UnknownValue(json: json))")
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
            source.cases(of: "self") { source in
                for one in cases {
                    if let member = one.member {
                        source.line("case .\(one.name)(let value):")
                        source.indented { source in
                            source.block(".object(secrets: secrets)") { source in
                                source.line("$0.add(\"type\", \"\(one.type)\")")
                                source.line("$0.add(\"\(member)\", value)")
                            }
                        }
                    } else {
                        source.line("case .\(one.name)(let value): value.json(secrets: secrets)")
                    }
                }
                source.line("case .unknown(let value): value.raw")
            }
        }
    }
}
