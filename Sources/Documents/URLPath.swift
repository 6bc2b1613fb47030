/// Checks that a URL's path can be joined to another without climbing out of it.
///
/// A path is judged by all that others may take it for: those that decode it more than once, that take backslashes for
/// slashes, or that cut off what follows a semicolon.
package enum URLPath {
    /// Describes the error in a path, as the end of the sentence "the path …"; `nil` if there is none.
    package static func fault(in bytes: [UInt8]) -> String? {
        if isPlain(bytes) { return nil }
        guard bytes.isEmpty || bytes.first == UInt8(ascii: "/") else { return "must be empty or begin with a slash" }
        guard bytes.allSatisfy(isCharacter) else {
            return "may hold visible ASCII characters alone, without # and \\: percent-encode others"
        }
        guard !bytes.contains(UInt8(ascii: "%")) else { return decodedFault(in: bytes) }
        return structureFault(in: bytes)
    }

    /// Whether it is a path of characters that everyone takes for what they are, as most are: a slash first and no
    /// other behind it, and then no dot, escape, semicolon or backslash.
    private static func isPlain(_ bytes: [UInt8]) -> Bool {
        guard bytes.first == UInt8(ascii: "/"), bytes.count == 1 || bytes[1] != UInt8(ascii: "/") else { return false }
        return bytes.allSatisfy { byte in
            byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_")
        }
    }

    /// Whether it is a visible ASCII character that may stand in a path.
    static func isCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "#"), UInt8(ascii: "?"), UInt8(ascii: "\\"): false
        case 0x21...0x7E: true
        default: false
        }
    }

    /// Finds errors that show once a path is decoded, once and more often.
    private static func decodedFault(in bytes: [UInt8]) -> String? {
        guard var current = PercentDecoding.decode(bytes) else {
            return "holds a % that is not followed by two hexadecimal digits"
        }
        // Neither byte is ever part of UTF-8: lenient decoders take C0 AE for a dot.
        guard !current.contains(where: { $0.isASCIIControl || $0 == 0xC0 || $0 == 0xC1 }) else {
            return "holds an encoded control character or malformed UTF-8"
        }
        while true {
            if let fault = structureFault(in: current) { return fault }
            guard current.contains(UInt8(ascii: "%")), let next = PercentDecoding.decode(current) else { return nil }
            current = next
        }
    }

    private static func structureFault(in bytes: [UInt8]) -> String? {
        let isSeparator = { (byte: UInt8) in byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }
        if bytes.count > 1, isSeparator(bytes[1]) { return "may not begin with two slashes" }
        guard !bytes.contains(UInt8(ascii: "\\")) else { return "may not hold an encoded backslash" }
        for segment in bytes.split(whereSeparator: isSeparator) {
            let name = segment.prefix { $0 != UInt8(ascii: ";") }
            if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) {
                return "may not hold . or .. as a segment, however they are encoded"
            }
        }
        return nil
    }
}
