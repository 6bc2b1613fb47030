import Documents

extension Timestamp {
    /// Reads a time of RFC 3339, or a date, which stands for its first moment in UTC.
    ///
    /// A space passes for the `+` of an offset: that is what an unescaped `+` in a query is. Fraction digits beyond the
    /// sixth are dropped.
    ///
    /// - Returns: `nil` if `text` is anything else.
    init?(rfc3339 text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(digits: 4, in: 1...9999), scanner.skip("-"),
            let month = scanner.number(digits: 2, in: 1...12), scanner.skip("-"),
            let day = scanner.number(digits: 2, in: 1...Self.days(of: month, in: year))
        else { return nil }
        let midnight = Self.days(before: year, month, day) * 86_400
        if scanner.isAtEnd {
            self.init(microseconds: midnight * 1_000_000)
            return
        }
        guard scanner.skip("Tt "), let hour = scanner.number(digits: 2, in: 0...23), scanner.skip(":"),
            let minute = scanner.number(digits: 2, in: 0...59), scanner.skip(":"),
            // 60 is a leap second.
            let second = scanner.number(digits: 2, in: 0...60), let fraction = scanner.microseconds(),
            let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        let seconds = midnight + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    private static func days(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The days from 1970-01-01 to a Gregorian date after year 0 (Howard Hinnant, "chrono-compatible low-level date
    /// algorithms", `days_from_civil`).
    private static func days(before year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

/// Reads numbers of fixed width and the characters between them.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Skips one of these characters.
    mutating func skip(_ characters: String) -> Bool {
        guard let first = rest.first, characters.utf8.contains(first) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(digits: Int, in range: ClosedRange<Int64>) -> Int64? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy(\.isASCIIDigit) else { return nil }
        let number = text.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        guard range.contains(number) else { return nil }
        rest = rest.dropFirst(digits)
        return number
    }

    /// A fraction of a second, which may be missing.
    mutating func microseconds() -> Int64? {
        guard skip(".") else { return 0 }
        let digits = rest.prefix(while: \.isASCIIDigit)
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let kept = digits.prefix(6)
        let number = kept.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return (kept.count..<6).reduce(number) { number, _ in number * 10 }
    }

    /// `Z`, or hours and minutes ahead of UTC, in seconds.
    mutating func offset() -> Int64? {
        if skip("Zz") { return 0 }
        let isBehind = rest.first == UInt8(ascii: "-")
        guard skip("+- "), let hours = number(digits: 2, in: 0...23), skip(":"),
            let minutes = number(digits: 2, in: 0...59)
        else { return nil }
        return (isBehind ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}
