package import Documents

/// The members at the start of every line of an audit log, read from the bytes as stored.
package struct AuditLinePrefix: Sendable, Equatable {
    package let sequence: Int64
    /// The digest of the line before, 64 hexadecimal digits.
    package let previous: String
    /// The event's time as it is written: 27 characters.
    package let time: String
    package let organization: Identifier

    /// - Returns: `nil` for what ``AuditEvent/line(sequence:previous:)`` does not write.
    package init?(_ line: UnsafeRawBufferPointer) {
        var scanner = Scanner(rest: line[...])
        guard line.last == UInt8(ascii: "}"), scanner.skip("{\"sequence\":"), let sequence = scanner.number(),
            scanner.skip(",\"previous\":\""), let previous = scanner.text(length: 64),
            scanner.skip("\",\"time\":\""), let time = scanner.text(length: 27),
            scanner.skip("\",\"organization_id\":\""), let organization = scanner.text(length: 36),
            let organization = Identifier(organization), scanner.skip("\",")
        else { return nil }
        self.sequence = sequence
        self.previous = previous
        self.time = time
        self.organization = organization
    }

    private struct Scanner {
        var rest: Slice<UnsafeRawBufferPointer>

        mutating func skip(_ text: StaticString) -> Bool {
            let expected = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            guard rest.starts(with: expected) else { return false }
            rest = rest.dropFirst(expected.count)
            return true
        }

        /// A number of up to 18 digits, written the only way that it can be.
        mutating func number() -> Int64? {
            let digits = rest.prefix(19).prefix(while: \.isASCIIDigit)
            guard (1...18).contains(digits.count), digits.first != UInt8(ascii: "0") else { return nil }
            rest = rest.dropFirst(digits.count)
            return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }

        /// Reads the given number of characters of a text in which nothing is escaped.
        mutating func text(length: Int) -> String? {
            let characters = rest.prefix(length)
            guard characters.count == length,
                !characters.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") })
            else { return nil }
            rest = rest.dropFirst(length)
            return String(validating: characters, as: UTF8.self)
        }
    }
}
