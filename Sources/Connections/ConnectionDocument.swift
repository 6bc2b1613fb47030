package import Documents

extension DocumentSchema {
    /// The document of a connection, as the Action Connection API has it.
    package static let connection = DocumentSchema(
        type: "action_connection",
        attributes: [
            .variants(
                "integration",
                "The system that the connection acts in",
                Variants(IntegrationCatalogue.all.map(\.variant), isSwitchable: false)
            ),
            .text("name", "Name of the connection; several may have the same", format: .name),
            .optionalTexts("tags", "Tags, each a key:value pair", format: .tag, countAtMost: 100),
        ]
    )
}

extension TextFormat {
    fileprivate static let tag = TextFormat(
        length: 1...200,
        pattern: #"^[^\u0000-\u001f\u007f]+$"#,
        expectation: "1 to 200 characters, none of them a control character"
    ) { !$0.contains(where: \.isASCIIControl) }
}
