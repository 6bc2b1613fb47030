import Documents

// Settings that several integrations have.
extension Field {
    /// The version of the third party's API, where a header names it.
    static func apiVersion(_ help: String) -> Field {
        .optionalText("api_version", help, format: .apiVersion)
    }
}

extension TextFormat {
    fileprivate static let apiVersion = TextFormat(
        length: 1...64,
        pattern: "^[A-Za-z0-9._-]+$",
        expectation: "a version: letters, digits, dots, hyphens and underscores"
    ) { $0.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "._-".utf8.contains($0) } }

    /// One or more OAuth 2.0 scopes (RFC 6749, section 3.3), with single spaces between them.
    static let scopes = TextFormat(
        length: 1...2048,
        pattern: #"^[!#-\[\]-~]+( [!#-\[\]-~]+)*$"#,
        expectation: "OAuth 2.0 scopes with single spaces between them"
    ) { text in
        text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).allSatisfy { scope in
            !scope.isEmpty && scope.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
        }
    }
}
