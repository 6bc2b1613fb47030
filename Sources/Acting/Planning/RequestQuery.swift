import Documents

/// A query's parameters, as they are sent: nothing is unescaped.
struct RequestQuery {
    private(set) var parameters: [String]

    init(_ text: String?) throws(ActRefusal) {
        guard let text, !text.isEmpty else {
            parameters = []
            return
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
            throw ActRefusal(
                .queryNotAllowed,
                "the query may hold visible ASCII characters alone, without #: percent-encode others"
            )
        }
        parameters = text.split(separator: "&", omittingEmptySubsequences: false).map(String.init)
    }

    /// Takes out every parameter of that name, as others may read it: decoded, in whatever case, and with blanks around
    /// it.
    ///
    /// - Throws: ``ActRefusal`` if the name stands in a part that `;` sets off. Some servers read such a part as a
    ///   parameter, others as the rest of a value, so it can be neither left in nor taken out.
    mutating func remove(_ name: String) throws(ActRefusal) {
        guard !parameters.isEmpty else { return }
        let folded = name.lowercased()
        var kept: [String] = []
        for parameter in parameters {
            let parts = parameter.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            guard parts.contains(where: { Self.name($0.prefix { $0 != UInt8(ascii: "=") }) == folded }) else {
                kept.append(parameter)
                continue
            }
            guard parts.count == 1 else {
                throw ActRefusal(
                    .queryNotAllowed,
                    "the query has a ; beside the parameter \(name), which is the connection's to set: some servers take "
                        + "; for &. Write it as %3B, or leave the parameter out"
                )
            }
        }
        parameters = kept
    }

    /// Whether a parameter's name, as it was sent, is read as that name.
    static func isName(_ sent: String, same name: String) -> Bool {
        self.name(sent[...].utf8) == name.lowercased()
    }

    private static func name(_ text: Substring.UTF8View) -> String {
        let decoded = PercentDecoding.decode(text, plusIsSpace: true) ?? Array(text)
        // Some readers take a NUL for the end.
        var trimmed = decoded.prefix { $0 != 0 }.drop { $0 == UInt8(ascii: " ") }
        while trimmed.last == UInt8(ascii: " ") { trimmed.removeLast() }
        return String(decoding: trimmed, as: UTF8.self).lowercased()
    }
}
