/// Writes compact JSON as UTF-8 bytes (RFC 8259), the way the reference writes it: no spaces, no final newline.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    /// The bytes of one value.
    package static func bytes(of value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value)
        return writer.bytes
    }

    package mutating func write(_ value: JSONValue) {
        switch value {
        case .null: write(raw: "null")
        case .boolean(let flag): write(raw: flag ? "true" : "false")
        case .integer(let number): write(number)
        case .number(let number): bytes.append(contentsOf: String(number).utf8)
        case .string(let text): write(text)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(member.name)
                bytes.append(UInt8(ascii: ":"))
                write(member.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Writes a number.
    package mutating func write(_ number: Int64) {
        // As long as the longest number with its sign.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number.magnitude
            var start = digits.count
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    /// Writes a string.
    package mutating func write(_ text: String) {
        write(JSONText(text))
    }

    /// Writes an id as a string.
    package mutating func write(_ id: Identifier) {
        write(raw: "\"")
        write(characters: Identifier.textLength, id.write(to:))
        write(raw: "\"")
    }

    /// Writes a time as a string.
    package mutating func write(_ time: Timestamp) {
        write(raw: "\"")
        write(characters: Timestamp.textLength, time.write(to:))
        write(raw: "\"")
    }

    /// Writes at most that number of characters, which stand for themselves.
    private mutating func write(characters: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: characters) { buffer in
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<body(buffer)]))
        }
    }

    /// Writes text that is JSON already.
    package mutating func write(raw text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes bytes that are JSON already.
    package mutating func write(raw json: [UInt8]) {
        bytes.append(contentsOf: json)
    }

    private mutating func write(_ text: JSONText) {
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { characters in
            // Without an early end, so that many characters are looked at at once.
            var special: UInt8 = 0
            for character in characters {
                special |=
                    character < 0x20 || character == UInt8(ascii: "\"") || character == UInt8(ascii: "\\") ? 1 : 0
            }
            if special == 0 { return bytes.append(contentsOf: characters) }
            for character in characters {
                switch character {
                case UInt8(ascii: "\""): write(raw: "\\\"")
                case UInt8(ascii: "\\"): write(raw: "\\\\")
                case UInt8(ascii: "\n"): write(raw: "\\n")
                case UInt8(ascii: "\r"): write(raw: "\\r")
                case UInt8(ascii: "\t"): write(raw: "\\t")
                case 0..<0x20:
                    let digits: StaticString = "0123456789abcdef"
                    write(raw: "\\u00")
                    bytes.append(digits.utf8Start[Int(character >> 4)])
                    bytes.append(digits.utf8Start[Int(character & 0xf)])
                default: bytes.append(character)
                }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
