import NetworkTypes
import Platform

extension HeaderSyntax {
    /// Compares ASCII text, its case ignored.
    static func equal(_ text: UnsafeBufferPointer<CChar>, _ other: StaticString) -> Bool {
        guard text.count == other.utf8CodeUnitCount, let start = text.baseAddress else { return false }
        return other.withUTF8Buffer { other in
            other.withMemoryRebound(to: CChar.self) { other in
                other.baseAddress.map { strncasecmp(start, $0, text.count) == 0 } ?? true
            }
        }
    }

    /// A number of 1 to 18 digits and nothing else.
    static func decimal(_ text: UnsafeBufferPointer<CChar>) -> Int? {
        guard (1...18).contains(text.count) else { return nil }
        var number = 0
        for character in text {
            let digit = UInt8(bitPattern: character) &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }
}
