import Documents

/// The tokens of an HTTP connection, which its own texts name between double braces: `{{ token }}`.
struct Placeholders {
    /// Where a text stands: as errors call it, and the member that holds it.
    struct Place {
        let name: String
        let member: ActRefusal.Member
    }

    /// The addresses of the tokens, by their names: as bytes, since names that differ in Unicode normalization differ.
    private let addresses: [[UInt8]: String]

    init(tokensOf subject: ConnectionMembers) {
        var addresses: [[UInt8]: String] = [:]
        if case .array(let tokens)? = subject.credentialValue("tokens") {
            for token in tokens {
                guard let name = token["name"]?.text?.string else { continue }
                addresses[Array(name.utf8)] = subject.address("tokens", name, "value")
            }
        }
        self.addresses = addresses
    }

    /// A configured text with secrets in the place of its placeholders, written as `escape` has it, and the rest as
    /// `literals` has it; errors name its `place`.
    func text(
        _ text: String,
        _ escape: TextEscape,
        in place: Place,
        literals: TextEscape = .none
    ) throws(ActRefusal) -> PlannedText {
        var parts: [PlannedText.Part] = []
        var rest = text.utf8[...]
        var literal: [UInt8] = []
        let flush = { (literal: inout [UInt8], parts: inout [PlannedText.Part]) in
            if !literal.isEmpty { parts.append(.text(literals.escape(String(decoding: literal, as: UTF8.self)))) }
            literal = []
        }
        while let byte = rest.first {
            guard rest.starts(with: "{{".utf8), let end = Self.end(of: rest) else {
                literal.append(byte)
                rest = rest.dropFirst()
                continue
            }
            let name = Self.trimmed(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
            guard let address = addresses[Array(name.utf8)] else {
                let isName = TextFormat.tokenName.fault(in: JSONText(name)) == nil
                throw ActRefusal(
                    .unknownPlaceholder,
                    isName
                        ? "\(place.name) of the connection names the token \(name), which the connection does not have"
                        : "\(place.name) of the connection has double braces around what is no name of a token",
                    member: place.member
                )
            }
            flush(&literal, &parts)
            parts.append(.secret(address, escape))
            rest = rest[rest.index(end, offsetBy: 2)...]
        }
        flush(&literal, &parts)
        return PlannedText(parts)
    }

    /// Where the braces close that open at the start.
    private static func end(of text: Substring.UTF8View) -> Substring.UTF8View.Index? {
        var position = text.index(text.startIndex, offsetBy: 2)
        while position < text.endIndex {
            if text[position...].starts(with: "}}".utf8) { return position }
            position = text.index(after: position)
        }
        return nil
    }

    private static func trimmed(_ name: Substring.UTF8View) -> String {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var name = name.drop(while: isBlank)
        while let last = name.last, isBlank(last) { name = name.dropLast() }
        return String(decoding: name, as: UTF8.self)
    }
}
