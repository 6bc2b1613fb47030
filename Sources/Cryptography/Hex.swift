import CSodium

/// Hexadecimal digits.
package enum Hex {
    /// Lower-case digits as a string. Not for keys.
    package static func string(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { output in
            let digits: StaticString = "0123456789abcdef"
            for (index, byte) in bytes.enumerated() {
                output[2 * index] = digits.utf8Start[Int(byte >> 4)]
                output[2 * index + 1] = digits.utf8Start[Int(byte & 0xf)]
            }
            return bytes.count * 2
        }
    }

    /// Writes two lower-case digits for each byte, in a time that does not depend on the bytes. `output` has two bytes
    /// for each of `bytes`.
    package static func write(_ bytes: UnsafeRawBufferPointer, to output: UnsafeMutableRawBufferPointer) {
        precondition(output.count == 2 * bytes.count, "two digits for each byte")
        // The library ends what it writes with a NUL, for which `output` has no room.
        ScratchMemory.with(byteCount: output.count + 1) { scratch in
            let digits = scratch.assumingMemoryBound(to: CChar.self)
            guard let start = digits.baseAddress else { return }
            sodium_bin2hex(start, digits.count, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count)
            output.copyMemory(from: UnsafeRawBufferPointer(rebasing: scratch.dropLast()))
        }
    }

    /// Reads digits of either case, in a time that does not depend on them.
    ///
    /// - Returns: Whether `digits` are exactly two hexadecimal digits for each byte of `output`.
    package static func read(_ digits: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
        guard digits.count == 2 * output.count else { return false }
        guard let start = output.assumingMemoryBound(to: UInt8.self).baseAddress else { return true }
        var count = 0
        let status = sodium_hex2bin(
            start,
            output.count,
            digits.assumingMemoryBound(to: CChar.self).baseAddress,
            digits.count,
            nil,
            &count,
            nil
        )
        return status == 0 && count == output.count
    }

    /// The bytes that digits of either case stand for, or `nil` if they are not two hexadecimal digits for each byte.
    /// Not for keys.
    package static func bytes(_ digits: String) -> [UInt8]? {
        var digits = digits
        return digits.withUTF8 { digits in
            guard digits.count.isMultiple(of: 2) else { return nil }
            var bytes = [UInt8](repeating: 0, count: digits.count / 2)
            let isHex = bytes.withUnsafeMutableBytes { read(UnsafeRawBufferPointer(digits), into: $0) }
            return isHex ? bytes : nil
        }
    }
}
