/// A format of strings: checked on UTF-8 bytes, and described in JSON Schema's terms.
package struct TextFormat: Sendable {
    /// The least and greatest number of characters (Unicode scalars).
    package let length: ClosedRange<Int>
    /// The same rule as a regular expression (ECMA-262), where one says it.
    package let pattern: String?
    /// A description of valid texts, as the end of the sentence "must be …".
    package let expectation: String
    /// All valid texts, where they are few.
    package private(set) var values: [String]?
    private let accepts: @Sendable (UnsafeBufferPointer<UInt8>) -> Bool

    /// - Parameters:
    ///   - length: Counted in Unicode scalars.
    ///   - pattern: For descriptions only; `accepts` decides.
    ///   - expectation: The end of the sentence "must be …".
    ///   - accepts: Whether a text of the right length is valid.
    package init(
        length: ClosedRange<Int>,
        pattern: String? = nil,
        expectation: String,
        accepts: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> Bool = { _ in true }
    ) {
        self.length = length
        self.pattern = pattern
        self.expectation = expectation
        self.accepts = accepts
    }

    /// Exactly one of those texts, which are plain letters, digits and hyphens.
    package init(oneOf values: [String]) {
        self.init(
            length: 1...64,
            pattern: "^(\(values.joined(separator: "|")))$",
            expectation: "one of \(values.joined(separator: ", "))"
        ) { text in values.contains { text.elementsEqual($0.utf8) } }
        self.values = values
    }

    /// Describes the error in a text, without quoting it; `nil` if the text is valid.
    package func fault(in text: JSONText) -> String? {
        text.withUTF8 { characters in
            let count = characters.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
            if count < length.lowerBound {
                return length.lowerBound == 1 ? "must not be empty" : "must be \(expectation)"
            }
            if count > length.upperBound {
                return "must be at most \(length.upperBound) characters long"
            }
            return accepts(characters) ? nil : "must be \(expectation)"
        }
    }
}

extension TextFormat {
    /// The longest text of a field that sets no limit of its own.
    private static let ordinaryLength = 4096

    /// Any text.
    package static let any = TextFormat(length: 0...1_048_576, expectation: "a string")

    /// Text of one line that is not empty.
    package static let line = TextFormat(
        length: 1...ordinaryLength,
        pattern: #"^[^\u0000-\u001f\u007f]+$"#,
        expectation: "a text without control characters"
    ) { !$0.contains(where: \.isASCIIControl) }

    /// A text of one line that may be empty.
    package static let optionalLine = TextFormat(
        length: 0...ordinaryLength,
        pattern: #"^[^\u0000-\u001f\u007f]*$"#,
        expectation: "a text without control characters"
    ) { !$0.contains(where: \.isASCIIControl) }

    /// A resource's name.
    package static let name = TextFormat(
        length: 1...255,
        pattern: #"^[^\u0000-\u001f\u007f]+$"#,
        expectation: "1 to 255 characters, none of them a control character"
    ) { !$0.contains(where: \.isASCIIControl) }

    /// A credential's value: anything that is not empty, line breaks included (a private key has them).
    package static let secret = TextFormat(length: 1...65_536, expectation: "a string")

    /// Decimal digits of exactly that number.
    package static func digits(_ count: Int) -> TextFormat {
        TextFormat(length: count...count, pattern: "^[0-9]{\(count)}$", expectation: "exactly \(count) digits") {
            $0.allSatisfy(\.isASCIIDigit)
        }
    }

    /// A host name with or without a port, or an http(s) URL of nothing but that.
    package static let host = TextFormat(
        length: 1...253,
        pattern: "^(\(schemePattern))?\(authorityPattern)/?$",
        expectation: "a host name such as example.com"
    ) { HostName(parsing: $0) != nil }

    /// An http or https URL without user information, query or fragment, that paths can be joined to.
    package static let baseURL = TextFormat(
        length: 1...2048,
        pattern: "^\(schemePattern)\(authorityPattern)(\(basePathPattern))?$",
        expectation: """
            an http:// or https:// URL with a host, in ASCII, without user information, query or fragment, and with no \
            path that climbs
            """
    ) { text in
        guard WebOrigin(parsing: text) != nil else { return false }
        // It begins with the third slash.
        let parts = text.split(separator: UInt8(ascii: "/"), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count > 3 else { return true }
        let path = [UInt8(ascii: "/")] + parts[3]
        // Escapes that only make a path hard to read.
        let isPlain = !path.indices.contains { index in
            path[index] == UInt8(ascii: "%")
                && ["25", "2e", "3b"].contains {
                    path[(index + 1)...].prefix(2).map(\.lowercasedASCII).elementsEqual($0.utf8)
                }
        }
        return isPlain && URLPath.fault(in: path) == nil
    }

    /// A path that ``URLPath`` finds nothing wrong with, and without an encoded dot, semicolon or percent sign.
    private static let basePathPattern: String = {
        let escape =
            "%(2[0-46-9A-Da-d]|3[0-9AC-Fac-f]|5[0-9ABD-Fabd-f]|7[0-9A-Ea-e]|[Cc][2-9A-Fa-f]|[4689ABDEFabdef][0-9A-Fa-f])"
        let character = #"([!"$&-\-0-:<->@-\[\]-~]|\#(escape))"#
        let name = #"(\.{0,2}\#(character)|\.{3})(\#(character)|\.)*"#
        let segment = #"(\#(name)|(\#(name))?;(\#(character)|[.;])*)"#
        return "/(\(segment)((/|%2[Ff])\(segment)?)*)?"
    }()

    private static let schemePattern = "[Hh][Tt][Tt][Pp][Ss]?://"

    /// A dotted name or an IPv6 address in brackets, and a port from 1 to 65535 without leading zeros.
    private static let authorityPattern =
        #"([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\])"#
        + "(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"

    /// A field name of HTTP (RFC 9110, section 5.1).
    package static let headerName = TextFormat(
        length: 1...256,
        pattern: #"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"#,
        expectation: "an HTTP header name: letters, digits and !#$%&'*+-.^_`|~"
    ) { $0.allSatisfy(\.isHeaderNameCharacter) }

    /// A field value of HTTP (RFC 9110, section 5.5).
    package static let headerValue = TextFormat(
        length: 0...8192,
        pattern: #"^[^\u0000-\u0008\u000a-\u001f\u007f]*$"#,
        expectation: "an HTTP header value, without line breaks or other control characters"
    ) { !$0.contains { $0.isASCIIControl && $0 != UInt8(ascii: "\t") } }

    /// A token's name, as placeholders write it between double braces.
    package static let tokenName = TextFormat(
        length: 1...255,
        pattern: #"^[^\u0000-\u0020\u007f{}]+$"#,
        expectation: "1 to 255 characters without white space, control characters and braces"
    ) {
        !$0.contains {
            $0.isASCIIControl || $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}")
        }
    }
}
