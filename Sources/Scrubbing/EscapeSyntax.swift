/// A way to write single characters of a text otherwise.
enum EscapeSyntax: Sendable {
    /// `%2F` (RFC 3986, section 2.1).
    case percent
    /// `\/`, `\u002f` and pairs of surrogates (RFC 8259, section 7).
    case json

    /// The longest escape: a pair of surrogates.
    static let longest = 12

    /// The longest escape that stands for one byte: `\u0041`.
    static let longestOfByte = 6

    /// The byte that every escape begins with.
    @inline(__always)
    var introducer: UInt8 { self == .percent ? UInt8(ascii: "%") : UInt8(ascii: "\\") }

    /// Reads what a text begins with, which is the introducer of an escape.
    ///
    /// An introducer that no escape follows stands for itself.
    ///
    /// - Returns: `nil` if the text ends too early to tell.
    func unit(startingWith text: UnsafeRawBufferPointer) -> EscapedUnit? {
        switch self {
        case .percent: EscapedUnit(percent: text)
        case .json: EscapedUnit(json: text)
        }
    }
}

/// The meaning of an escape: the UTF-8 bytes of one character, or a single byte.
struct EscapedUnit {
    /// How many bytes of the text it takes.
    let length: Int
    /// The bytes that it stands for, the first lowest.
    let value: UInt32
    /// How many these are; none for half a pair of surrogates.
    let count: Int

    private init(length: Int, value: UInt32, count: Int) {
        self.length = length
        self.value = value
        self.count = count
    }

    init(byte: UInt8, length: Int) {
        self.init(length: length, value: UInt32(byte), count: 1)
    }

    fileprivate init?(percent text: UnsafeRawBufferPointer) {
        switch Digits(2, of: text, at: 1) {
        case .value(let value): self.init(byte: UInt8(value), length: 3)
        case .none: self.init(byte: text[0], length: 1)
        case .missing: return nil
        }
    }

    fileprivate init?(json text: UnsafeRawBufferPointer) {
        guard text.count >= 2 else { return nil }
        switch text[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): self.init(byte: text[1], length: 2)
        case UInt8(ascii: "b"): self.init(byte: 0x08, length: 2)
        case UInt8(ascii: "f"): self.init(byte: 0x0C, length: 2)
        case UInt8(ascii: "n"): self.init(byte: 0x0A, length: 2)
        case UInt8(ascii: "r"): self.init(byte: 0x0D, length: 2)
        case UInt8(ascii: "t"): self.init(byte: 0x09, length: 2)
        case UInt8(ascii: "u"):
            switch Digits(4, of: text, at: 2) {
            case .value(let value) where 0xD800..<0xDC00 ~= value: self.init(high: value, text)
            case .value(let value): self.init(scalar: value, length: 6)
            case .none: self.init(byte: text[0], length: 1)
            case .missing: return nil
            }
        default: self.init(byte: text[0], length: 1)
        }
    }

    /// Reads the second half of a pair.
    private init?(high: UInt32, _ text: UnsafeRawBufferPointer) {
        guard text.count > 6 else { return nil }
        guard text[6] == UInt8(ascii: "\\"), text.count == 7 || text[7] == UInt8(ascii: "u") else {
            self.init(length: 6, value: 0, count: 0)
            return
        }
        switch Digits(4, of: text, at: 8) {
        case .value(let low) where 0xDC00..<0xE000 ~= low:
            self.init(scalar: 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00), length: 12)
        case .missing: return nil
        default: self.init(length: 6, value: 0, count: 0)
        }
    }

    private init(scalar: UInt32, length: Int) {
        guard let scalar = Unicode.Scalar(scalar) else {
            self.init(length: length, value: 0, count: 0)
            return
        }
        var value: UInt32 = 0
        var count = 0
        for byte in UTF8.encode(scalar) ?? UTF8.EncodedScalar() {
            value |= UInt32(byte) << UInt32(8 * count)
            count += 1
        }
        self.init(length: length, value: value, count: count)
    }
}

/// Hexadecimal digits within a text.
private enum Digits {
    case value(UInt32)
    /// Something else stands there.
    case none
    /// The text ends before it shows.
    case missing

    init(_ count: Int, of text: UnsafeRawBufferPointer, at offset: Int) {
        var value: UInt32 = 0
        for position in offset..<offset + count {
            guard position < text.count else {
                self = .missing
                return
            }
            let byte = text[position]
            let letter = (byte | 0x20) &- UInt8(ascii: "a")
            if byte &- UInt8(ascii: "0") < 10 {
                value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            } else if letter < 6 {
                value = value << 4 | UInt32(letter + 10)
            } else {
                self = .none
                return
            }
        }
        self = .value(value)
    }
}
