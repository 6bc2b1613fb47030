/// A resource's id: 128 bits, written as a UUID.
///
/// Ids are issued as UUIDs of version 7 (RFC 9562, section 5.7), whose first half is unique and rises with time, so
/// that a store can use it as its key. Any 8-4-4-4-12 hexadecimal string parses, of whatever version: so does the
/// reference, and official tests send ids that no version has.
package struct Identifier: Sendable, Hashable {
    /// The first eight bytes: of an issued id, its time, version and counter.
    package let high: UInt64
    /// The last eight bytes: of an issued id, its variant and 62 random bits.
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the 8-4-4-4-12 form, in either case.
    ///
    /// - Returns: `nil` if `text` is anything else.
    package init?(_ text: some StringProtocol) {
        var nibbles = 0
        var high: UInt64 = 0
        var low: UInt64 = 0
        var position = 0
        for byte in text.utf8 {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = Identifier.hexDigit(byte) else { return nil }
                if nibbles < 16 { high = high << 4 | digit } else { low = low << 4 | digit }
                nibbles += 1
            }
            position += 1
        }
        guard position == 36 else { return nil }
        self.init(high: high, low: low)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension Identifier: CustomStringConvertible {
    /// The lower-case 8-4-4-4-12 form.
    package var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            let digits: StaticString = "0123456789abcdef"
            var position = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = index < 16 ? high : low
                let nibble = Int(word >> (60 - 4 * UInt64(index % 16)) & 0xf)
                buffer[position] = digits.utf8Start[nibble]
                position += 1
            }
            return position
        }
    }
}

extension Identifier: Comparable {
    package static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
