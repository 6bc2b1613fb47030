import Documents
import NetworkTypes

/// How much of a third party's response a caller wants to see at once.
struct ResponseView: Sendable {
    static let bytes = 1...65_536
    static let standardBytes = 16_384

    /// The longest part of the body, in bytes.
    let count: Int
    /// Headers besides the usual ones, in lower case.
    private let headers: Set<String>

    init(_ arguments: inout ToolArguments) {
        count = arguments.number("response_bytes", in: Self.bytes) ?? Self.standardBytes
        headers = Set(arguments.texts("response_headers", countAtMost: 20).map { $0.lowercased() })
    }

    /// The headers that are shown; those of one name are joined.
    func shown(_ fields: [HeaderField]) -> JSONValue {
        var members: [JSONValue.Member] = []
        for field in fields {
            let name = field.name.lowercased()
            guard headers.contains(name) || Self.isUsual(name) else { continue }
            let value = String(field.value.prefix(Self.longestValue))
            if let index = members.firstIndex(where: { $0.name == name }) {
                members[index].value = .string("\(members[index].value.text?.string ?? ""), \(value)")
            } else {
                members.append(.init(JSONText(name), .string(value)))
            }
        }
        return .object(members)
    }

    /// In characters.
    private static let longestValue = 2_048

    /// Whether a header tells of the body, of the next page, of a limit or of where to look.
    private static func isUsual(_ name: String) -> Bool {
        usual.contains(name) || name.hasPrefix("x-ratelimit-") || name.hasPrefix("ratelimit")
    }

    private static let usual: Set<String> = [
        "allow", "content-disposition", "content-language", "content-range", "content-type", "deprecation", "etag",
        "last-modified", "link", "location", "request-id", "retry-after", "sunset", "x-next-page", "x-page",
        "x-per-page",
        "x-request-id", "x-total", "x-total-count", "x-total-pages",
    ]
}
