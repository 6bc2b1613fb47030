package import Documents

// What the texts of a connection's settings look like.
extension TextFormat {
    /// One of some words.
    static func oneOf(_ words: String...) -> TextFormat {
        TextFormat(
            length: 1...64,
            pattern: "^(\(words.joined(separator: "|")))$",
            expectation: "one of \(words.joined(separator: ", "))"
        ) { text in words.contains { text.elementsEqual($0.utf8) } }
    }

    /// A path to be joined to a base URL, perhaps with a query.
    static let path = TextFormat(
        length: 1...2048,
        pattern: #"^/[!"$-\[\]-~]*$"#,
        expectation: "a path that begins with a slash, in visible ASCII characters without # and backslash"
    ) { $0.first == UInt8(ascii: "/") && $0.allSatisfy { $0.isVisible && !"#\\".utf8.contains($0) } }

    /// Whom a rule is for, in the form of restriction policies.
    static let rulePrincipal = TextFormat(
        length: 1...41,
        pattern: "^(user|role|org):[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        expectation: "user:, role: or org: and an id, such as user:01234567-89ab-7cde-8f01-23456789abcd"
    ) { text in
        let parts = String(decoding: text, as: UTF8.self).split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 && ["user", "role", "org"].contains(parts[0]) && Identifier(parts[1]) != nil
    }

    /// A method that requests may have.
    package static let ruleMethod = oneOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

    /// A pattern of paths: segments of visible characters, of which `*` stands for one, and `**`, at the end, for any
    /// rest.
    package static let rulePath = TextFormat(
        length: 1...1024,
        pattern: #"^(/(\*|[!"$-)+-.0->@-~]*))*(/\*\*)?$"#,
        expectation: """
            a path that begins with a slash, in visible ASCII characters without ? and #, of which * may be a whole \
            segment and ** the last
            """
    ) { text in
        guard text.first == UInt8(ascii: "/"), text.allSatisfy({ $0.isVisible && !"?#".utf8.contains($0) }) else {
            return false
        }
        let segments = text.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return segments.enumerated().allSatisfy { index, segment in
            !segment.contains(UInt8(ascii: "*")) || segment.elementsEqual("*".utf8)
                || segment.elementsEqual("**".utf8) && index == segments.count - 1
        }
    }

    /// A JSON Pointer to a part of a document.
    static let jsonPointer = TextFormat(
        length: 1...1024,
        pattern: "^(/([^/~]|~[01])*)+$",
        expectation: "a JSON Pointer (RFC 6901) that begins with a slash, such as /model"
    ) { JSONPointer.steps($0) != nil }
}

extension UInt8 {
    fileprivate var isVisible: Bool { (0x21...0x7E).contains(self) }
}
