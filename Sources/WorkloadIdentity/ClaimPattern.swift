package import Documents

/// A claim that a mapping binds, and the value that it has to have.
package struct ClaimPattern: Sendable, Equatable {
    /// Where the claim stands, from the claims on.
    private let steps: [String]
    /// The whole value, or the beginning of it.
    private let text: String
    private let isPrefix: Bool
    /// The claim as the mapping names it.
    package let claim: String

    /// A pattern, or `nil` if a text is malformed.
    ///
    /// - Parameters:
    ///   - claim: A name, or a JSON pointer (RFC 6901), which begins with a slash.
    ///   - value: The whole value, or with a final `*` its beginning.
    package init?(_ claim: String, _ value: String) {
        guard let steps = claim.utf8.first == UInt8(ascii: "/") ? JSONPointer.steps(claim.utf8) : [claim],
            ClaimPattern.isValue(value.utf8)
        else { return nil }
        self.claim = claim
        self.steps = steps
        isPrefix = value.utf8.last == UInt8(ascii: "*")
        text = isPrefix ? String(value.unicodeScalars.dropLast()) : value
    }

    /// Whether the claims have it: as a text, a whole number or a flag, or as an element of a list.
    func fits(_ claims: JSONValue) -> Bool {
        var value: JSONValue? = claims
        for step in steps { value = value?[step] }
        guard case .array(let elements)? = value else { return value.map(fits(value:)) ?? false }
        return elements.contains(where: fits(value:))
    }

    private func fits(value: JSONValue) -> Bool {
        switch value {
        case .string(let text):
            text.withUTF8 { bytes in
                isPrefix ? bytes.starts(with: self.text.utf8) : bytes.elementsEqual(self.text.utf8)
            }
        case .integer(let number): !isPrefix && String(number) == text
        case .boolean(let flag): !isPrefix && String(flag) == text
        case .null, .number, .array, .object: false
        }
    }
}

extension ClaimPattern {
    /// The claims that tell one workload of an issuer from another, of which each mapping binds at least one.
    ///
    /// Others may be bound in addition: an environment or a branch alone is not enough, for everyone may have one of
    /// that name at an issuer that is open to everyone.
    package static let telling = [
        "sub", "repository_id", "repository_owner_id", "project_id", "namespace_id", "oid", "client_id", "azp",
        "/kubernetes.io/serviceaccount/uid",
    ]

    /// Whether the claim tells workloads apart.
    package var tellsApart: Bool { Self.telling.contains(claim) }

    /// The characters after which a final `*` may stand. In names of repositories and projects they are not allowed, so
    /// that nobody has a name that begins with another's and one of them.
    private static let separators: Set<UInt8> = [
        UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "|"), UInt8(ascii: "#"),
    ]

    /// Whether a text is a whole value, or a beginning of at least two parts, each with its separator, and a `*`.
    fileprivate static func isValue(_ value: some BidirectionalCollection<UInt8>) -> Bool {
        let star = UInt8(ascii: "*")
        guard value.contains(star) else { return !value.isEmpty }
        let beginning = value.dropLast()
        guard value.last == star, !beginning.contains(star), let last = beginning.last, separators.contains(last)
        else { return false }
        return beginning.split(whereSeparator: separators.contains).count >= 2
    }
}

extension TextFormat {
    /// The name of a claim, or a JSON pointer to it.
    package static let claim = TextFormat(
        length: 1...256,
        pattern: #"^([^\u0000-\u001f\u007f/][^\u0000-\u001f\u007f]*|(/([^\u0000-\u001f\u007f~/]|~[01])*)+)$"#,
        expectation: "the name of a claim, or a JSON pointer such as /kubernetes.io/namespace"
    ) { text in
        guard !text.contains(where: \.isASCIIControl) else { return false }
        return text.first != UInt8(ascii: "/") || JSONPointer.steps(text) != nil
    }

    /// The value of a claim, with at most one `*`.
    package static let claimValue = TextFormat(
        length: 1...1_024,
        expectation: """
            a whole value, or its beginning and one *: at least two parts, each followed by :, /, | or #, such as \
            repo:acme/*
            """
    ) { !$0.contains(where: \.isASCIIControl) && ClaimPattern.isValue($0) }
}
