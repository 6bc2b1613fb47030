/// A pattern of places in JSON documents: names of members, from the outer to the inner, with dots between them.
///
/// `nextLink` matches every member of that name, `links.next` the member `next` of every object that is called `links`,
/// and `_links.*.href` has any name in the middle. `$.data` begins at the document itself. Arrays are not named: what
/// matches an object matches the objects of an array in its place. A dot of a name's own follows a backslash, as in
/// `@odata\.nextLink`.
package struct MemberPath: Sendable, Equatable {
    package enum Name: Sendable, Equatable {
        case any
        case exactly([UInt8])

        package func matches(_ name: some Collection<UInt8>) -> Bool {
            switch self {
            case .any: true
            case .exactly(let expected): name.elementsEqual(expected)
            }
        }
    }

    package let names: [Name]
    /// Whether the first name is one of the document's own members.
    package let isAnchored: Bool

    /// The most names in a path.
    package static let namesAtMost = 4
    /// The longest name, in bytes.
    package static let longestName = 128

    /// - Returns: `nil` if the text is no such pattern.
    package init?(_ text: some Collection<UInt8>) {
        guard var parts = Self.parts(of: text) else { return nil }
        isAnchored = parts.count > 1 && parts[0].elementsEqual("$".utf8)
        if isAnchored { parts.removeFirst() }
        guard (1...Self.namesAtMost).contains(parts.count),
            parts.allSatisfy({ (1...Self.longestName).contains($0.count) && !$0.contains(where: \.isASCIIControl) }),
            parts.last?.elementsEqual("*".utf8) == false
        else { return nil }
        names = parts.map { $0.elementsEqual("*".utf8) ? .any : .exactly($0) }
    }

    private static func parts(of text: some Collection<UInt8>) -> [[UInt8]]? {
        var parts: [[UInt8]] = [[]]
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "."): parts.append([])
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), escaped == UInt8(ascii: ".") || escaped == UInt8(ascii: "\\")
                else {
                    return nil
                }
                parts[parts.count - 1].append(escaped)
            default: parts[parts.count - 1].append(byte)
            }
        }
        return parts
    }
}
