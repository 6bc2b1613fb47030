/// Reads JSON (RFC 8259) from UTF-8 bytes in one pass.
///
/// Foundation's decoder would do, at a third of the speed, and it loses the order of members and the digits of numbers,
/// which ``UnknownValue`` keeps.
struct JSONParser {
    /// An error in the text, described without quoting it: it may hold a secret.
    struct SyntaxError: Error, Equatable {
        /// The first byte that can't stand where it stands.
        let offset: Int
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private static let greatestDepth = 256

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Reads a whole text.
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(SyntaxError) -> JSONValue {
        var parser = JSONParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.fault }
        return value
    }

    private var fault: SyntaxError { SyntaxError(offset: position) }

    /// The next byte; 0, which no JSON has outside of a string, at the end.
    private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func skipBlanks() {
        while position < bytes.count, case let byte = bytes[position],
            byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
        {
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) throws(SyntaxError) {
        guard next == byte else { throw fault }
        position += 1
    }

    private mutating func take(word: StaticString) throws(SyntaxError) {
        for index in 0..<word.utf8CodeUnitCount { try take(word.utf8Start[index]) }
    }

    private mutating func value(depth: Int) throws(SyntaxError) -> JSONValue {
        guard depth < Self.greatestDepth else { throw fault }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try take(word: "true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try take(word: "false")
            return .boolean(false)
        case UInt8(ascii: "n"):
            try take(word: "null")
            return .null
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(SyntaxError) -> JSONObject {
        try take(UInt8(ascii: "{"))
        var members: [JSONObject.Member] = []
        skipBlanks()
        if next == UInt8(ascii: "}") {
            position += 1
            return JSONObject(members)
        }
        members.reserveCapacity(4)
        while true {
            skipBlanks()
            let name = try string()
            skipBlanks()
            try take(UInt8(ascii: ":"))
            members.append(JSONObject.Member(name: name, value: try value(depth: depth)))
            skipBlanks()
            if next == UInt8(ascii: ",") {
                position += 1
            } else {
                try take(UInt8(ascii: "}"))
                return JSONObject(members)
            }
        }
    }

    private mutating func array(depth: Int) throws(SyntaxError) -> [JSONValue] {
        try take(UInt8(ascii: "["))
        var elements: [JSONValue] = []
        skipBlanks()
        if next == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth))
            skipBlanks()
            if next == UInt8(ascii: ",") {
                position += 1
            } else {
                try take(UInt8(ascii: "]"))
                return elements
            }
        }
    }

    // MARK: Numbers

    private mutating func number() throws(SyntaxError) -> JSONNumber {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next | 0x20 == UInt8(ascii: "e") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return JSONNumber(checked: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(SyntaxError) {
        let start = position
        while case UInt8(ascii: "0")...UInt8(ascii: "9") = next { position += 1 }
        guard position > start else { throw fault }
    }

    // MARK: Strings

    private mutating func string() throws(SyntaxError) -> String {
        try take(UInt8(ascii: "\""))
        let start = position
        var seen: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                defer { position += 1 }
                return try text(of: UnsafeBufferPointer(rebasing: bytes[start..<position]), isASCII: seen < 0x80)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw fault }
            seen |= byte
            position += 1
        }
        throw fault
    }

    /// The string that began at `start`, and that has its first escape here.
    private mutating func escapedString(from start: Int) throws(SyntaxError) -> String {
        var unescaped = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                let isASCII = unescaped.allSatisfy { $0 < 0x80 }
                // `withUnsafeBufferPointer` does not pass typed errors through in every toolchain.
                let result = unescaped.withUnsafeBufferPointer { buffer in
                    Result { () throws(SyntaxError) -> String in try text(of: buffer, isASCII: isASCII) }
                }
                return try result.get()
            case UInt8(ascii: "\\"):
                position += 1
                try appendEscape(to: &unescaped)
            case 0x20...:
                unescaped.append(byte)
                position += 1
            default: throw fault
            }
        }
        throw fault
    }

    private func text(of buffer: UnsafeBufferPointer<UInt8>, isASCII: Bool) throws(SyntaxError) -> String {
        let text = String(decoding: buffer, as: UTF8.self)
        // Decoding mends what is no UTF-8, which shows.
        guard isASCII || text.utf8.elementsEqual(buffer) else { throw fault }
        return text
    }

    private mutating func appendEscape(to unescaped: inout [UInt8]) throws(SyntaxError) {
        let byte = next
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0c)
        case UInt8(ascii: "n"): unescaped.append(0x0a)
        case UInt8(ascii: "r"): unescaped.append(0x0d)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            unescaped.append(contentsOf: Character(try escapedScalar()).utf8)
            return
        default: throw fault
        }
        position += 1
    }

    private mutating func escapedScalar() throws(SyntaxError) -> Unicode.Scalar {
        let first = try hexadecimals()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // One half of a pair; alone it is no character.
        guard first < 0xdc00, next == UInt8(ascii: "\\") else { throw fault }
        position += 1
        try take(UInt8(ascii: "u"))
        let second = try hexadecimals()
        guard (0xdc00...0xdfff).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw fault }
        return scalar
    }

    private mutating func hexadecimals() throws(SyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(next)).hexDigitValue else { throw fault }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
