/// Decodes as the most lenient servers do: what is no escape stays, `%u0061` is one, and overlong UTF-8 is what it
/// stands for.
enum LenientDecoding {
    /// The bytes, decoded once.
    static func decode(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == 0xC0 || $0 == 0xC1 || $0 == 0xE0 }) else {
            return bytes
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if let (value, length) = escape(in: bytes, at: index) {
                decoded += value
                index += length
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return withoutOverlongForms(decoded)
    }

    private static func escape(in bytes: [UInt8], at index: Int) -> (value: [UInt8], length: Int)? {
        guard bytes[index] == UInt8(ascii: "%") else { return nil }
        if let digits = digits(in: bytes, at: index + 1, count: 2) { return ([UInt8(digits)], 3) }
        guard index + 1 < bytes.count, bytes[index + 1] | 0x20 == UInt8(ascii: "u"),
            let digits = digits(in: bytes, at: index + 2, count: 4), let scalar = Unicode.Scalar(digits)
        else { return nil }
        return (Array(String(scalar).utf8), 6)
    }

    private static func digits(in bytes: [UInt8], at index: Int, count: Int) -> UInt32? {
        guard index + count <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[index..<index + count] {
            guard let digit = byte.hexDigit else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// The bytes, with ASCII characters in the place of two and three bytes that lenient decoders take for them.
    private static func withoutOverlongForms(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 == 0xC0 || $0 == 0xC1 || $0 == 0xE0 }) else { return bytes }
        var result: [UInt8] = []
        var index = 0
        let isTrail = { (position: Int) in position < bytes.count && bytes[position] & 0xC0 == 0x80 }
        while index < bytes.count {
            switch bytes[index] {
            case 0xC0...0xC1 where isTrail(index + 1):
                result.append((bytes[index] & 1) << 6 | bytes[index + 1] & 0x3F)
                index += 2
            case 0xE0 where isTrail(index + 1) && isTrail(index + 2) && bytes[index + 1] <= 0x81:
                result.append((bytes[index + 1] & 1) << 6 | bytes[index + 2] & 0x3F)
                index += 3
            default:
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
