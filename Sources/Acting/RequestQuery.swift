import Documents

/// A query's parameters, as they are sent: nothing is unescaped.
struct RequestQuery {
    private(set) var parameters: [String]

    init(_ text: String?) throws(ActRefusal) {
        let text = text ?? ""
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
            throw ActRefusal(
                .queryNotAllowed,
                "the query may hold visible ASCII characters alone, without #: percent-encode others"
            )
        }
        parameters = text.isEmpty ? [] : text.split(separator: "&", omittingEmptySubsequences: false).map(String.init)
    }

    /// Takes out every parameter of that name, as others may read it: decoded, in whatever case, with blanks around it,
    /// and set off by `;`.
    mutating func remove(_ name: String) {
        let name = name.lowercased()
        parameters.removeAll { parameter in
            parameter.utf8.split(separator: UInt8(ascii: ";")).contains { part in
                Self.name(part.prefix { $0 != UInt8(ascii: "=") }) == name
            }
        }
    }

    private static func name(_ text: Substring.UTF8View) -> String {
        let decoded = PercentDecoding.decode(text, plusIsSpace: true) ?? Array(text)
        var trimmed = decoded.drop { $0 == UInt8(ascii: " ") }
        while trimmed.last == UInt8(ascii: " ") { trimmed.removeLast() }
        return String(decoding: trimmed, as: UTF8.self).lowercased()
    }
}
