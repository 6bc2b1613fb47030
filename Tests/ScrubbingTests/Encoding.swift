import Testing

/// A way in which a response may echo a secret.
enum Encoding: String, CaseIterable, CustomTestStringConvertible {
    case asItIs
    case percentReserved, percentReservedLowerCase, percentEverything, percentEverySecond, form
    case jsonShort, jsonUnicode, jsonUnicodeUpperCase, jsonEverySecond
    case hexadecimal, hexadecimalUpperCase

    var testDescription: String { rawValue }

    func encode(_ secret: String) -> [UInt8] {
        let bytes = Array(secret.utf8)
        switch self {
        case .asItIs: return bytes
        case .percentReserved: return percent(bytes, isUpperCase: true) { _, byte in !isUnreserved(byte) }
        case .percentReservedLowerCase: return percent(bytes, isUpperCase: false) { _, byte in !isUnreserved(byte) }
        case .percentEverything: return percent(bytes, isUpperCase: true) { _, _ in true }
        case .percentEverySecond:
            return percent(bytes, isUpperCase: false) { index, byte in index % 2 == 1 || byte == UInt8(ascii: "%") }
        case .form:
            return bytes.flatMap { byte in
                byte == UInt8(ascii: " ")
                    ? Array("+".utf8) : percent([byte], isUpperCase: true) { _, byte in !isUnreserved(byte) }
            }
        case .jsonShort: return json(secret) { _, _ in nil }
        case .jsonUnicode: return json(secret) { _, unit in unicode(unit) }
        case .jsonUnicodeUpperCase: return json(secret) { _, unit in unicode(unit).uppercasingDigits }
        case .jsonEverySecond: return json(secret) { index, unit in index % 2 == 0 ? unicode(unit) : nil }
        case .hexadecimal: return Array(bytes.map { digits($0) }.joined().utf8)
        case .hexadecimalUpperCase: return Array(bytes.map { digits($0) }.joined().uppercased().utf8)
        }
    }

    private func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }

    private func percent(_ bytes: [UInt8], isUpperCase: Bool, where isEscaped: (Int, UInt8) -> Bool) -> [UInt8] {
        bytes.enumerated().flatMap { index, byte -> [UInt8] in
            guard isEscaped(index, byte) else { return [byte] }
            let digits = digits(byte)
            return Array("%\(isUpperCase ? digits.uppercased() : digits)".utf8)
        }
    }

    /// Escapes each scalar as `escape` has it, or only where JSON must.
    private func json(_ secret: String, escape: (Int, [UInt16]) -> String?) -> [UInt8] {
        secret.unicodeScalars.enumerated().flatMap { index, scalar -> [UInt8] in
            if let escaped = escape(index, Array(String(scalar).utf16)) { return Array(escaped.utf8) }
            switch scalar {
            case "\"", "\\", "/": return Array("\\\(scalar)".utf8)
            case "\n": return Array("\\n".utf8)
            case "\t": return Array("\\t".utf8)
            default: return Array(String(scalar).utf8)
            }
        }
    }

    private func unicode(_ units: [UInt16]) -> String {
        units.map { "\\u" + digits(UInt8($0 >> 8)) + digits(UInt8($0 & 0xFF)) }.joined()
    }
}

func digits(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
}

extension String {
    fileprivate var uppercasingDigits: String { uppercased().replacing("\\U", with: "\\u") }
}

/// Base64 (RFC 4648), written from its definition.
func base64(_ bytes: [UInt8], alphabet: String = standardAlphabet, isPadded: Bool = true) -> [UInt8] {
    let alphabet = Array(alphabet.utf8)
    var bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
    while bits.count % 6 != 0 { bits.append(0) }
    var output = stride(from: 0, to: bits.count, by: 6).map { start in
        alphabet[bits[start..<start + 6].reduce(0) { $0 << 1 | Int($1) }]
    }
    while isPadded, output.count % 4 != 0 { output.append(UInt8(ascii: "=")) }
    return output
}

let standardAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
let urlSafeAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
