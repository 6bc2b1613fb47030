/// The name of a key in a hardware security module, as a `pkcs11:` URI (RFC 7512): which token has it, which object it
/// is, which module reaches the token, and which file has the PIN.
package struct HardwareKeyURI: Sendable, Hashable {
    /// An attribute by which a token is found.
    package enum TokenAttribute: String, Sendable, CaseIterable {
        case token, manufacturer, model, serial
        case slot = "slot-id"
    }

    static let scheme = "pkcs11:"

    /// The attributes of the token, at least one of them.
    package let token: [TokenAttribute: String]
    /// The key's label (`CKA_LABEL`). Label or ``id`` is there.
    package let object: String?
    /// The key's id (`CKA_ID`).
    package let id: [UInt8]?
    /// The path of the module, from the root.
    package let modulePath: String
    /// The path of the file with the PIN, from the root; `nil` for a token that asks for none.
    package let pinFile: String?

    /// The reason why a text is no such URI. It quotes names of attributes, and no value.
    package struct Fault: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Reads a URI, strictly: every attribute must be one that is looked at, and stand there once.
    package init(parsing text: String) throws(Fault) {
        guard text.hasPrefix(Self.scheme) else {
            throw Fault(description: "it must begin with `pkcs11:`")
        }
        let parts = text.dropFirst(Self.scheme.count).split(
            separator: "?",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let path = try Self.attributes(of: parts[0], separatedBy: ";", alsoAllowing: "&")
        let query = try parts.dropFirst().first.map { query throws(Fault) in
            try Self.attributes(of: query, separatedBy: "&", alsoAllowing: "/?|")
        }
        var token: [TokenAttribute: String] = [:]
        var object: String?
        var id: [UInt8]?
        for (name, value) in path {
            switch name {
            case "object": object = try Self.text(value, of: name)
            case "id": id = value
            case "type":
                guard value.elementsEqual("secret-key".utf8) else {
                    throw Fault(description: "`type` must be `secret-key`: data keys are wrapped by an AES key")
                }
            default:
                guard let attribute = TokenAttribute(rawValue: name) else { throw Self.unknown(name) }
                let text = try Self.text(value, of: name)
                if attribute == .slot, UInt(text) == nil {
                    throw Fault(description: "`slot-id` must be a number")
                }
                token[attribute] = text
            }
        }
        guard !token.isEmpty else {
            throw Fault(
                description: "it names no token: give `token`, its label, or `serial`, `model`, `manufacturer` or "
                    + "`slot-id`"
            )
        }
        guard object != nil || id != nil else {
            throw Fault(description: "it names no key: give `object`, its label, or `id`")
        }
        self.token = token
        self.object = object
        self.id = id
        (modulePath, pinFile) = try Self.places(in: query ?? [])
    }

    private static func places(
        in query: [(name: String, value: [UInt8])]
    ) throws(Fault) -> (module: String, pin: String?) {
        var module: String?
        var pin: String?
        for (name, value) in query {
            switch name {
            case "module-path":
                let path = try text(value, of: name)
                guard path.hasPrefix("/"), !path.hasSuffix("/") else {
                    throw Fault(description: "`module-path` must be the path of the module's file, from the root")
                }
                module = path
            case "module-name":
                throw Fault(description: "`module-name` is not looked up: give `module-path`, the module's file")
            case "pin-source":
                var path = try text(value, of: name)
                if path.hasPrefix("file:") { path.removeFirst("file:".count) }
                if path.hasPrefix("///") { path.removeFirst(2) }
                guard path.hasPrefix("/"), !path.hasPrefix("//"), !path.hasSuffix("/") else {
                    throw Fault(
                        description: "`pin-source` must be the path of a file with the PIN, from the root, such as "
                            + "`file:/etc/keyway/pin`"
                    )
                }
                pin = path
            case "pin-value":
                throw Fault(
                    description: "`pin-value` would show the PIN to everyone who sees this URI: write it to a file of "
                        + "mode 0600, and give `pin-source=file:` and its path"
                )
            default: throw unknown(name)
            }
        }
        guard let module else {
            throw Fault(description: "it has no `module-path`, the file of the vendor's PKCS#11 module")
        }
        return (module, pin)
    }

    private static func unknown(_ name: String) -> Fault {
        Fault(
            description: "it has an attribute that is not looked at, `\(name)`: known are `token`, `manufacturer`, "
                + "`model`, `serial`, `slot-id`, `object`, `id`, `type`, and behind `?` `module-path` and `pin-source`"
        )
    }

    private static func attributes(
        of text: Substring,
        separatedBy separator: Character,
        alsoAllowing others: String
    ) throws(Fault) -> [(name: String, value: [UInt8])] {
        var attributes: [(name: String, value: [UInt8])] = []
        for part in text.split(separator: separator, omittingEmptySubsequences: false) {
            guard let equals = part.firstIndex(of: "="), equals != part.startIndex else {
                throw Fault(description: "its attributes are written `name=value`, with `\(separator)` between them")
            }
            let name = part[..<equals]
            let isName = name.utf8.allSatisfy { byte in
                isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
            guard isName else {
                throw Fault(description: "an attribute's name has letters, digits, `-` and `_` alone")
            }
            guard !attributes.contains(where: { $0.name == name }) else {
                throw Fault(description: "`\(name)` stands there twice")
            }
            guard let value = decoded(part[part.index(after: equals)...], alsoAllowing: others), !value.isEmpty else {
                throw Fault(
                    description: "the value of `\(name)` is empty, or has a character that is written as its "
                        + "hexadecimal digits behind `%`, such as `%20` for a blank"
                )
            }
            attributes.append((String(name), value))
        }
        return attributes
    }

    private static func text(_ value: [UInt8], of name: String) throws(Fault) -> String {
        guard let text = String(validating: value, as: UTF8.self), !value.contains(0) else {
            throw Fault(description: "the value of `\(name)` is not UTF-8")
        }
        return text
    }

    /// The bytes of a value, or `nil` if it has a character that may not stand there.
    private static func decoded(_ text: Substring, alsoAllowing others: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            } else {
                guard isLetterOrDigit(byte) || "-._~:[]@!$'()*+,=".utf8.contains(byte) || others.utf8.contains(byte)
                else { return nil }
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}

extension HardwareKeyURI: CustomStringConvertible {
    /// The URI, in one spelling. It holds no secret.
    package var description: String {
        var path = TokenAttribute.allCases.compactMap { attribute in
            token[attribute].map { "\(attribute.rawValue)=\(Self.encoded($0.utf8))" }
        }
        if let object { path.append("object=\(Self.encoded(object.utf8))") }
        if let id { path.append("id=\(Self.encoded(id))") }
        var query = ["module-path=\(Self.encoded(modulePath.utf8, allowing: "/"))"]
        if let pinFile { query.append("pin-source=file:\(Self.encoded(pinFile.utf8, allowing: "/"))") }
        return Self.scheme + path.joined(separator: ";") + "?" + query.joined(separator: "&")
    }

    private static func encoded(_ bytes: some Sequence<UInt8>, allowing others: String = "") -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            if isLetterOrDigit(byte) || "-._~".utf8.contains(byte) || others.utf8.contains(byte) {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
