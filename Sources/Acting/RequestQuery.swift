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

    /// Takes out every parameter of that name, as others may read it: decoded, of whatever case, and set off by `;`.
    mutating func remove(_ name: String) {
        let name = Array(name.lowercased().utf8)
        parameters.removeAll { parameter in
            parameter.utf8.split(separator: UInt8(ascii: ";")).contains { part in
                let key = part.prefix { $0 != UInt8(ascii: "=") }
                let decoded = PercentDecoding.decode(key, plusIsSpace: true) ?? Array(key)
                let trimmed = decoded.filter { $0 != UInt8(ascii: " ") }
                return trimmed.elementsEqual(name)
                    || String(decoding: trimmed, as: UTF8.self).lowercased().utf8.elementsEqual(name)
            }
        }
    }
}
