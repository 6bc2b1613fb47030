package import Documents

/// An AWS principal that stands for a user: a caller who proves to be the one gets tokens of the other.
package struct PersonaMapping: Sendable, Equatable {
    package let id: Identifier
    /// The user or service account.
    package let account: Identifier
    package let pattern: AWSPrincipalPattern

    /// Reads a stored document.
    package init?(_ document: JSONValue) {
        let attributes = document["attributes"]
        guard let id = document["id"]?.text.flatMap({ Identifier($0.string) }),
            let account = attributes?["account_uuid"]?.text.flatMap({ Identifier($0.string) }),
            let pattern = attributes?["arn_pattern"]?.text.flatMap({ AWSPrincipalPattern($0.string) })
        else { return nil }
        self.id = id
        self.account = account
        self.pattern = pattern
    }

    /// The one that is most specific of those that a principal fits.
    package static func mapping(of arn: String, in mappings: [PersonaMapping]) -> PersonaMapping? {
        mappings.filter { $0.pattern.matches(arn) }.max { $0.pattern.weight < $1.pattern.weight }
    }
}

/// The ARN of a principal, as AWS STS tells it, or the beginning of many: `*` may stand at the end, after a name that is
/// whole.
package struct AWSPrincipalPattern: Sendable, Equatable {
    private let text: String
    /// Whether `text` is only the beginning.
    private let isPrefix: Bool

    /// - Returns: `nil` for a text that is none, or that would fit principals of any account or of any name.
    package init?(_ pattern: String) {
        let parts = pattern.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), !parts[1].contains("*"),
            ["iam", "sts"].contains(parts[2]), parts[3].isEmpty, parts[4].utf8.count == 12,
            parts[4].utf8.allSatisfy(\.isASCIIDigit)
        else { return nil }
        let resource = parts[5].split(separator: "/", omittingEmptySubsequences: false)
        guard let last = resource.last, resource.dropLast().allSatisfy({ !$0.isEmpty && !$0.contains("*") }) else {
            return nil
        }
        let isRoot = parts[5] == "root"
        let isWild = last.hasSuffix("*")
        // Before a wildcard stands a name that is whole: of a role, of a user's path.
        guard isRoot || resource.count > (isWild && resource[0] == "assumed-role" ? 2 : 1), !last.isEmpty,
            !last.dropLast(isWild ? 1 : 0).contains("*"), !isWild || resource.count > 2 || last.count > 1
        else { return nil }
        if resource[0] == "assumed-role", resource.count == 2 {
            // A role without a session stands for all of them.
            (text, isPrefix) = (pattern + "/", true)
        } else {
            (text, isPrefix) = (isWild ? String(pattern.dropLast()) : pattern, isWild)
        }
    }

    package func matches(_ arn: String) -> Bool { isPrefix ? arn.hasPrefix(text) : arn == text }

    /// Greater for a pattern that fits fewer.
    var weight: Int { 2 * text.utf8.count + (isPrefix ? 0 : 1) }
}

extension DocumentSchema {
    package static let personaMapping = DocumentSchema(
        type: "aws_cloud_auth_config",
        attributes: [
            .text("account_identifier", "Email, handle or id of the user or service account"),
            .issued("account_uuid", "Id of the user or service account"),
            .text("arn_pattern", "ARN of the AWS principal; a final * stands for any end", format: .awsPrincipal),
        ]
    )
}

extension TextFormat {
    fileprivate static let awsPrincipal = TextFormat(
        length: 20...2048,
        pattern: #"^arn:aws[a-z-]*:(iam|sts)::\d{12}:[^*]+\*?$"#,
        expectation: "the ARN of a user or of an assumed role, such as arn:aws:sts::123456789012:assumed-role/NAME/*, "
            + "with no * but at its end, after a whole name"
    ) { AWSPrincipalPattern(String(decoding: $0, as: UTF8.self)) != nil }
}
