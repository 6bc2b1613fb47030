package import Documents

/// An event source of Amazon EventBridge, by which an AWS account would send its events.
package struct EventBridgeSource: Sendable, Equatable {
    package let account: String
    package let region: String
    /// The part of the name that the caller gave.
    package let generatorName: String
    /// The part of the name that the service gave.
    package let suffix: String
    package let hasBus: Bool

    /// Reads the attributes of a stored document.
    package init?(_ attributes: JSONValue?) {
        guard let account = attributes?["account_id"]?.text?.string, let region = attributes?["region"]?.text?.string,
            let generatorName = attributes?["event_generator_name"]?.text?.string,
            let suffix = attributes?["suffix"]?.text?.string
        else { return nil }
        self.account = account
        self.region = region
        self.generatorName = generatorName
        self.suffix = suffix
        hasBus = attributes?["create_event_bus"] == .boolean(true)
    }

    /// The whole name.
    package var name: String { "\(generatorName)-\(suffix)" }

    package var key: String { Self.key(account: account, region: region, generatorName: generatorName) }

    /// A text that no two sources of an organisation have in common.
    package static func key(account: String, region: String, generatorName: String) -> String {
        "\(account)/\(region)/\(generatorName)"
    }

    /// The part of a whole name that the caller gave, if there are two parts.
    package static func generatorName(of name: String) -> String? {
        name.lastIndex(of: "-").map { String(name[..<$0]) }
    }
}

extension DocumentSchema {
    /// An event source, as it is created.
    package static let eventBridge = DocumentSchema(
        type: "event_bridge",
        attributes: [
            .text("account_id", "Number of the AWS account, 12 digits", format: .awsAccountID),
            .flag("create_event_bus", "Whether an event bus is wanted in addition to the source", standard: false),
            .text(
                "event_generator_name",
                "First part of the source's name; the second is assigned",
                format: .eventSourceName
            ),
            .text("region", "Region of the source", format: .awsRegion),
            .issued("suffix", "Second part of the source's name"),
        ]
    )

    /// The body that names an event source to be deleted.
    package static let eventBridgeDeletion = DocumentSchema(
        type: "event_bridge",
        attributes: [
            .text("account_id", "Number of the AWS account, 12 digits", format: .awsAccountID),
            .text("event_generator_name", "Whole name of the source", format: .eventSourceName),
            .text("region", "Region of the source", format: .awsRegion),
        ]
    )
}

extension TextFormat {
    /// The format of partners' event source names (EventBridge API reference, `CreatePartnerEventSource`).
    fileprivate static let eventSourceName = TextFormat(
        length: 1...200,
        pattern: "^[A-Za-z0-9._/-]+$",
        expectation: "a name of an event source: letters, digits and ._/-"
    ) { $0.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "._/-".utf8.contains($0) } }
}
