package import Access
package import Documents

extension Identifier {
    /// The first half as a signed integer, which sorts as the id itself does.
    package var key: Int64 { Int64(bitPattern: high ^ 1 << 63) }

    /// The second half, which is only compared for equality.
    package var lowBits: Int64 { Int64(bitPattern: low) }

    package init(key: Int64, lowBits: Int64) {
        self.init(high: UInt64(bitPattern: key) ^ 1 << 63, low: UInt64(bitPattern: lowBits))
    }
}

extension KeyDigest {
    /// The 32 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for index in 0..<4 {
            withUnsafeBytes(of: words[index].bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// - Returns: `nil` unless there are 32 bytes.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        var words = SIMD4<UInt64>()
        for index in 0..<4 {
            words[index] = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        self.init(words: words)
    }

    /// 64 lower-case hexadecimal digits.
    package var hexadecimal: String {
        String(unsafeUninitializedCapacity: 64) { buffer in
            let digits: StaticString = "0123456789abcdef"
            for index in 0..<4 {
                var word = words[index]
                for position in stride(from: 16 * index + 15, through: 16 * index, by: -1) {
                    buffer[position] = digits.utf8Start[Int(truncatingIfNeeded: word & 0xf)]
                    word >>= 4
                }
            }
            return 64
        }
    }
}
