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
    package init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ Identifier(utf8: $0) }) else { return nil }
        self = id
    }

    package init?(_ text: Substring) {
        var text = text
        guard let id = text.withUTF8({ Identifier(utf8: $0) }) else { return nil }
        self = id
    }

    private init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard text.count == Self.textLength else { return nil }
        var nibbles = 0
        var high: UInt64 = 0
        var low: UInt64 = 0
        for position in 0..<text.count {
            let byte = text[position]
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = Identifier.hexDigit(byte) else { return nil }
                if nibbles < 16 { high = high << 4 | digit } else { low = low << 4 | digit }
                nibbles += 1
            }
        }
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
        String(unsafeUninitializedCapacity: Self.textLength) { write(to: $0) }
    }

    static let textLength = 36

    /// Writes the same, and returns its length.
    func write(to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard let start = UnsafeMutableRawPointer(buffer.baseAddress) else { return 0 }
        let hyphen = UInt8(ascii: "-")
        let (first, second) = (Self.hexadecimal(high), Self.hexadecimal(low))
        start.storeBytes(of: first.lowHalf, as: SIMD8<UInt8>.self)
        start.storeBytes(of: first.highHalf.lowHalf, toByteOffset: 9, as: SIMD4<UInt8>.self)
        start.storeBytes(of: first.highHalf.highHalf, toByteOffset: 14, as: SIMD4<UInt8>.self)
        start.storeBytes(of: second.lowHalf.lowHalf, toByteOffset: 19, as: SIMD4<UInt8>.self)
        start.storeBytes(of: second.lowHalf.highHalf, toByteOffset: 24, as: SIMD4<UInt8>.self)
        start.storeBytes(of: second.highHalf, toByteOffset: 28, as: SIMD8<UInt8>.self)
        (buffer[8], buffer[13], buffer[18], buffer[23]) = (hyphen, hyphen, hyphen, hyphen)
        return Self.textLength
    }

    /// The 16 digits of a number.
    private static func hexadecimal(_ word: UInt64) -> SIMD16<UInt8> {
        let bytes = unsafeBitCast(word.bigEndian, to: SIMD8<UInt8>.self)
        var digits = SIMD16<UInt8>()
        digits.evenHalf = bytes &>> 4
        digits.oddHalf = bytes & 0xf
        // From `9` to `a` it is further than from one digit to the next.
        let letters = SIMD16<UInt8>(repeating: UInt8(ascii: "a") - UInt8(ascii: "9") - 1)
        return digits &+ UInt8(ascii: "0") &+ SIMD16<UInt8>().replacing(with: letters, where: digits .> 9)
    }
}

extension Identifier: Comparable {
    package static func < (left: Identifier, right: Identifier) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
