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
            .optionalTexts(
                "tags",
                "Tags, each a key:value pair; the key default is reserved",
                format: .connectionTag,
                countAtMost: 100
            ),
        ]
    )
}

extension TextFormat {
    /// A pair of a key and a value, as the reference takes it.
    package static let connectionTag = TextFormat(
        length: 1...200,
        pattern: #"^(?!default:)[^:\u0000-\u001f\u007f]+:[^:\u0000-\u001f\u007f]+$"#,
        expectation: "a key and a value with one colon between, and no key default"
    ) { text in
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains(where: \.isASCIIControl) }
            && !parts[0].elementsEqual("default".utf8)
    }
}
