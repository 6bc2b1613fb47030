package import Documents

/// The texts of tokens: `KIND_ALIAS_SECRET`.
///
/// The alias is the token's id, in 22 digits of base 62. The secret is 30 random digits of base 62 (178 bits) and 6 that
/// are the CRC-32 of all before them, so that scanners find a token in a file, and a mistyped one is refused before the
/// store is asked.
package enum TokenText {
    /// The kind of a token, by which its text begins.
    package enum Kind: String, Sendable, CaseIterable {
        case personal = "ddpat"
        case service = "ddsat"
        case delegated = "kwd"
        case act = "kwa"
    }

    /// The beginnings of tokens' texts, of which no key has one.
    package static let beginnings: [StaticString] = ["ddpat_", "ddsat_", "kwd_", "kwa_"]

    private static let aliasLength = 22
    private static let randomLength = 30
    private static let checksumLength = 6
    /// The bytes of a text behind its kind.
    private static let restLength = 1 + aliasLength + 1 + randomLength + checksumLength

    /// The text of a new token.
    package static func new(_ kind: Kind, _ id: Identifier) -> String {
        var generator = SystemRandomNumberGenerator()
        return text(kind, id, (0..<randomLength).map { _ in Int.random(in: 0..<62, using: &generator) })
    }

    /// The text of a token whose secret is derived from 32 bytes that nobody can guess, and is the same each time.
    package static func new(_ kind: Kind, _ id: Identifier, from bytes: some Sequence<UInt8>) -> String {
        // Divided by 62 again and again. No digit is likelier than another by more than 2^-70.
        var number = Array(bytes)
        let digits = (0..<randomLength).map { _ in
            var remainder = 0
            for index in number.indices {
                let part = remainder << 8 | Int(number[index])
                number[index] = UInt8(part / 62)
                remainder = part % 62
            }
            return remainder
        }
        return text(kind, id, digits)
    }

    private static func text(_ kind: Kind, _ id: Identifier, _ digits: [Int]) -> String {
        let text = "\(kind.rawValue)_\(alias(of: id))_\(String(digits.map(Base62.digit)))"
        return text + Base62.text(UInt128(CRC32.checksum(of: text.utf8)), length: checksumLength)
    }

    /// The public part of a token: it names the token, and opens nothing.
    package static func alias(of id: Identifier) -> String {
        Base62.text(UInt128(id.high) << 64 | UInt128(id.low), length: aliasLength)
    }

    /// The kind that a text is well-formed for.
    ///
    /// - Returns: `nil` for what is no token's text: mistyped, cut off or something else.
    package static func kind(of text: some StringProtocol) -> Kind? {
        kind(of: Array(text.utf8))
    }

    private static func kind(of text: [UInt8]) -> Kind? {
        guard let kind = Kind.allCases.first(where: { text.starts(with: "\($0.rawValue)_".utf8) }) else { return nil }
        let parts = text.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard
            text.count == kind.rawValue.utf8.count + restLength, parts.count == 3, parts[1].count == aliasLength,
            parts[1...].allSatisfy({ $0.allSatisfy(Base62.isDigit) })
        else { return nil }
        let checksum = Base62.text(
            UInt128(CRC32.checksum(of: text.dropLast(checksumLength))),
            length: checksumLength
        )
        return text.suffix(checksumLength).elementsEqual(checksum.utf8) ? kind : nil
    }
}

/// Numbers in base 62, with the digits in the order of ASCII.
private enum Base62 {
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    static func digit(_ value: Int) -> Character { digits[value] }

    static func isDigit(_ byte: UInt8) -> Bool { byte.isASCIILetter || byte.isASCIIDigit }

    static func text(_ number: UInt128, length: Int) -> String {
        var number = number
        var reversed: [Character] = []
        for _ in 0..<length {
            reversed.append(digits[Int(number % 62)])
            number /= 62
        }
        return String(reversed.reversed())
    }
}

/// The checksum of gzip and Ethernet (ISO 3309).
private enum CRC32 {
    static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        var checksum = UInt32.max
        for byte in bytes {
            checksum ^= UInt32(byte)
            for _ in 0..<8 { checksum = checksum >> 1 ^ (checksum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~checksum
    }
}
