package import Documents

extension DocumentSchema {
    /// The body of a new act token: its limits are written as those of rules.
    package static let actToken = DocumentSchema(
        type: "act_tokens",
        attributes: [
            .optionalText("name", "Name of the token", format: .name),
            .texts(
                "connections",
                "Ids of the connections that it acts through",
                format: .connectionID,
                countAtMost: 100
            )
            .nonEmpty(),
            .number("lifetime", "How long it is good for, in seconds", in: 1...86_400),
            .optionalTexts("methods", "Methods that it allows; all by default", format: .ruleMethod, countAtMost: 10)
                .nonEmpty(),
            .optionalTexts(
                "paths",
                "Paths below the base URL that it allows; * stands for one segment, ** at the end for any rest. All by "
                    + "default",
                format: .rulePath,
                countAtMost: 100
            ).nonEmpty(),
            .optionalNumber("acts", "How many acts it may begin; any number by default", in: 1...1_000_000_000),
        ]
    )
}

extension TextFormat {
    static let connectionID = TextFormat(
        length: 36...36,
        pattern: "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        expectation: "the id of a connection"
    ) { Identifier(String(decoding: $0, as: UTF8.self)) != nil }
}
