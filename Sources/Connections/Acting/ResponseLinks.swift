package import Documents

/// Where a third party's responses hold absolute links that clients follow. Keyway lets them lead through the
/// connection, so that a client does not take its keys to the third party.
///
/// Only what is followed belongs here. A URL that is a name, and is sent back as one, must stay what it is: Compute
/// Engine's `selfLink`, or the `uri` of a file at Gemini.
package struct ResponseLinks: Sendable {
    private struct Member {
        let path: MemberPath
        /// The start of the paths of requests whose responses are rewritten; empty for all.
        let prefix: String
    }

    /// Names of headers, in lower case.
    package let headers: Set<String>
    /// A bit for each length that a name has.
    private let headerLengths: UInt64
    private var members: [Member] = []

    /// Headers that hold links, for all third parties.
    private static let standardHeaders: Set<String> = [
        "azure-asyncoperation", "content-location", "link", "location", "operation-location",
    ]

    /// The headers that hold links for all third parties, and no members.
    package static let standard = ResponseLinks(headers: standardHeaders)

    private init(headers: Set<String>) {
        self.headers = headers
        headerLengths = headers.reduce(0) { $0 | 1 << UInt64(min($1.utf8.count, 63)) }
    }

    /// Whether a header holds links. Most are told by the length of their names.
    package func holds(header name: String) -> Bool {
        headerLengths >> UInt64(min(name.utf8.count, 63)) & 1 == 1 && headers.contains(name.lowercased())
    }

    /// Headers in addition to those that hold links for all third parties.
    package static func headers(_ names: String...) -> ResponseLinks {
        ResponseLinks(headers: standardHeaders.union(names.map { $0.lowercased() }))
    }

    /// Members of JSON, each as a ``MemberPath``.
    package static func members(_ paths: String...) -> ResponseLinks {
        standard.adding(members: paths)
    }

    /// Members of JSON besides, each as a ``MemberPath``.
    ///
    /// - Parameters:
    ///   - paths: The members.
    ///   - prefix: What the path of a request begins with, below the base URL, if others have members of that name
    ///     that are no links to follow.
    /// - Returns: All of them.
    package func members(_ paths: String..., below prefix: String = "") -> ResponseLinks {
        adding(members: paths, below: prefix)
    }

    /// Members of JSON besides; what is no ``MemberPath`` is left out.
    package func adding(members paths: [String], below prefix: String = "") -> ResponseLinks {
        var links = self
        links.members += paths.compactMap { path in
            MemberPath(path.utf8).map { Member(path: $0, prefix: prefix) }
        }
        return links
    }

    /// The members that hold links in a response to a request with that path below the base URL.
    package func members(at path: String) -> [MemberPath] {
        members.filter { path.hasPrefix($0.prefix) }.map(\.path)
    }
}

extension TextFormat {
    /// A ``MemberPath``.
    static let memberPath = TextFormat(
        length: 1...512,
        pattern: #"^[^\u0000-\u001f\u007f]+$"#,
        expectation: "up to four names of members with dots between them, such as nextLink or links.next"
    ) { MemberPath($0) != nil }
}
