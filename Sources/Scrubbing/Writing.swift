import Secrets

/// How a secret may be written: as text, of which single characters may be escaped, or encoded as a whole.
enum Writing: CaseIterable {
    case text
    case hexadecimal
    case base64

    /// From one on.
    var number: Int {
        switch self {
        case .text: 1
        case .hexadecimal: 2
        case .base64: 3
        }
    }

    /// How many patterns a secret has: in base64 it looks different at each of three alignments.
    var alignments: Int { self == .base64 ? 3 : 1 }

    /// One spelling for all that are taken as equal. A form writes a space as `+`; digits of hexadecimal have two
    /// cases; and base64 has two alphabets.
    @inline(__always)
    func folded(_ byte: UInt8) -> UInt8 {
        switch self {
        case .text: byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte
        case .hexadecimal: byte &- UInt8(ascii: "A") < 6 ? byte | 0x20 : byte
        case .base64:
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
    }

    /// The other spelling of a folded byte, if it has one.
    func alternative(to byte: UInt8) -> UInt8? {
        switch (self, byte) {
        case (.text, UInt8(ascii: " ")): UInt8(ascii: "+")
        case (.hexadecimal, UInt8(ascii: "a")...UInt8(ascii: "f")): byte & ~0x20
        case (.base64, UInt8(ascii: "+")): UInt8(ascii: "-")
        case (.base64, UInt8(ascii: "/")): UInt8(ascii: "_")
        default: nil
        }
    }

    /// How long a secret of `count` bytes is in this writing.
    func count(ofSecret count: Int, alignment: Int) -> Int {
        switch self {
        case .text: count
        case .hexadecimal: 2 * count
        case .base64: Self.interior(ofSecret: count, alignment: alignment).count
        }
    }

    /// Writes a secret, folded.
    func write(_ secret: UnsafeRawBufferPointer, alignment: Int, to output: UnsafeMutableRawBufferPointer) {
        switch self {
        case .text:
            for (index, byte) in secret.enumerated() { output[index] = folded(byte) }
        case .hexadecimal:
            let digits: StaticString = "0123456789abcdef"
            for (index, byte) in secret.enumerated() {
                output[2 * index] = digits.utf8Start[Int(byte >> 4)]
                output[2 * index + 1] = digits.utf8Start[Int(byte & 0xF)]
            }
        case .base64:
            let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            let interior = Self.interior(ofSecret: secret.count, alignment: alignment)
            for (index, character) in interior.enumerated() {
                let bit = 6 * character - 8 * alignment
                let next = bit / 8 + 1 < secret.count ? secret[bit / 8 + 1] : 0
                let bits = UInt16(secret[bit / 8]) << 8 | UInt16(next)
                output[index] = digits.utf8Start[Int(bits >> UInt16(10 - bit % 8) & 0x3F)]
            }
        }
    }

    /// The characters of base64 that a secret alone decides, which begins `alignment` bytes after a multiple of three.
    private static func interior(ofSecret count: Int, alignment: Int) -> Range<Int> {
        (8 * alignment + 5) / 6..<8 * (alignment + count) / 6
    }

    /// The same as `allCases`, made once.
    static let all = allCases

    /// The length of the longest writing of a secret of `count` bytes.
    static func longest(ofSecret count: Int) -> Int { 2 * count }

    /// Writes a secret in each writing and at each alignment into `memory`, which is long enough for the longest, and
    /// lends each to `body`.
    static func forEachPattern(
        of secret: UnsafeRawBufferPointer,
        in memory: UnsafeMutableRawBufferPointer,
        _ body: (UnsafeRawBufferPointer, Writing) -> Void
    ) {
        for writing in all {
            for alignment in 0..<writing.alignments {
                let count = writing.count(ofSecret: secret.count, alignment: alignment)
                let pattern = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
                writing.write(secret, alignment: alignment, to: pattern)
                body(UnsafeRawBufferPointer(pattern), writing)
            }
        }
    }

    /// The pattern of a secret in this writing.
    func pattern(of secret: Secret, alignment: Int) -> Secret {
        Secret(
            SecretBuffer(count: count(ofSecret: secret.count, alignment: alignment)) { output in
                secret.withBytes { write($0, alignment: alignment, to: output) }
            }
        )
    }
}
