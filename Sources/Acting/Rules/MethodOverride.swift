/// Parameters by which frameworks let a request have another method than it is sent with.
///
/// The headers that do so are never passed on. In a body that is no form such a parameter cannot be told from any
/// other: a rule that restricts methods at a server which heeds it there should restrict the body as well.
enum MethodOverride {
    private static let names: Set<String> = [
        "_method", "_http_method", "x_http_method_override", "x_http_method", "x_method_override",
    ]

    /// Whether a query has such a parameter, however its name is written.
    static func stands(in query: String?) -> Bool {
        guard let query else { return false }
        return stands(in: query.utf8)
    }

    /// Whether a query, or a form that is written like one, has such a parameter.
    static func stands(in form: some Collection<UInt8>) -> Bool {
        form.split(whereSeparator: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") }).contains { parameter in
            isName(parameter.prefix { $0 != UInt8(ascii: "=") })
        }
    }

    /// Whether a parameter, or a member, of that name is one.
    static func isName(_ name: some Collection<UInt8>) -> Bool {
        name.count <= longest && names.contains(Self.name(name))
    }

    /// Whether a body in parts may have such a parameter: its name would stand in the headers of a part.
    static func mayStand(inParts body: some Collection<UInt8>) -> Bool {
        let folded = body.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        let word = Array("method".utf8)
        return folded.indices.dropFirst().contains { index in
            folded[index] == word[0] && "_.-".utf8.contains(folded[index - 1]) && folded[index...].starts(with: word)
        }
    }

    /// No longer name can be meant: each character escaped, with some blanks before it.
    private static let longest = 256

    /// A parameter's name as the most lenient reader has it: decoded, up to a NUL, without blanks before it, in lower
    /// case, and with `_` for what PHP takes for it and for hyphens.
    private static func name(_ text: some Collection<UInt8>) -> String {
        var decoded: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap(\.hexDigit)
            if byte == UInt8(ascii: "%"), digits.count == 2 {
                rest.removeFirst(2)
                decoded.append(digits[0] << 4 | digits[1])
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        let name = decoded.prefix { $0 != 0 }.drop { $0 == UInt8(ascii: " ") }
        return String(decoding: name.map { ".- ".utf8.contains($0) ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
            .lowercased()
    }
}
