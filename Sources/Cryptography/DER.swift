import Platform

/// Writes the few forms of DER (X.690) that public keys, signatures and certificates have.
enum DER {
    static func sequence(_ parts: [UInt8]...) -> [UInt8] {
        element(0x30, parts.flatMap(\.self))
    }

    /// A number that is not negative, from its bytes, the most significant first.
    static func integer(_ bytes: some Collection<UInt8>) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        // The first bit is the sign.
        return element(0x02, (digits.first.map { $0 < 0x80 } ?? false) ? digits : [0] + digits)
    }

    /// Whole bytes as a string of bits.
    static func bitString(_ bytes: [UInt8]) -> [UInt8] {
        element(0x03, [0] + bytes)
    }

    /// Some bits of a byte, of which the last `unused` are none.
    static func bits(_ byte: UInt8, unused: UInt8) -> [UInt8] {
        element(0x03, [unused, byte])
    }

    static let yes: [UInt8] = [0x01, 0x01, 0xFF]

    static func octets(_ bytes: [UInt8]) -> [UInt8] {
        element(0x04, bytes)
    }

    /// An object identifier, by its encoded components.
    static func identifier(_ components: UInt8...) -> [UInt8] {
        element(0x06, components)
    }

    static func text(_ text: String) -> [UInt8] {
        element(0x0C, Array(text.utf8))
    }

    static func set(_ parts: [UInt8]...) -> [UInt8] {
        element(0x31, parts.flatMap(\.self))
    }

    /// A form that others are put into, by a number that only its context explains.
    static func explicit(_ number: UInt8, _ parts: [UInt8]...) -> [UInt8] {
        element(0xA0 | number, parts.flatMap(\.self))
    }

    /// Bytes by a number that only its context explains.
    static func implicit(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        element(0x80 | number, bytes)
    }

    /// A time in seconds since 1970, as certificates have it (RFC 5280, section 4.1.2.5).
    static func time(_ seconds: Int64) -> [UInt8] {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let year = Int(parts.tm_year) + 1_900
        let rest = [parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec].map { number in
            (number < 10 ? "0" : "") + String(number)
        }
        let text = String(year) + rest.joined() + "Z"
        return year < 2_050 ? element(0x17, Array(text.utf8.dropFirst(2))) : element(0x18, Array(text.utf8))
    }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard content.count >= 0x80 else { return [tag, UInt8(content.count)] + content }
        var length: [UInt8] = []
        var rest = content.count
        while rest > 0 {
            length.insert(UInt8(truncatingIfNeeded: rest), at: 0)
            rest >>= 8
        }
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }
}
