public import Foundation

/// A point in time as the API wrote it (RFC 3339), to the nanosecond.
public struct Timestamp: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The text, such as `2025-08-05T09:36:57.90539Z`.
    public let rawValue: String

    /// Keeps a text, whatever it is.
    ///
    /// - Parameter rawValue: The text.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The text.
    public var description: String { rawValue }

    /// The point in time, to the precision of `Date`; `nil` if the text is not as RFC 3339 has it.
    public var date: Date? {
        var fields = Fields(Substring(rawValue).utf8)
        guard let year = fields.number(4), fields.take("-"), let month = fields.number(2), fields.take("-"),
            let day = fields.number(2), fields.take("T") || fields.take("t") || fields.take(" "),
            let hour = fields.number(2), fields.take(":"), let minute = fields.number(2), fields.take(":"),
            let second = fields.number(2), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        let fraction = fields.fraction()
        guard let offset = fields.offset(), fields.rest.isEmpty else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        // Not as an `Int`, which has 32 bits on some watches.
        let seconds = Double(days) * 86_400 + Double(hour * 3600 + minute * 60 + second - offset)
        return Date(timeIntervalSince1970: seconds + fraction)
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar; years begin in March, so that leap days end them.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

/// The unread rest of a timestamp.
private struct Fields {
    var rest: Substring.UTF8View

    init(_ text: Substring.UTF8View) {
        rest = text
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = rest.first, (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
            rest.removeFirst()
        }
        return value
    }

    mutating func fraction() -> Double {
        guard take(".") else { return 0 }
        var value = 0.0
        var unit = 0.1
        while let digit = number(1) {
            value += Double(digit) * unit
            unit /= 10
        }
        return value
    }

    /// In seconds east of Greenwich.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isEast = take("+")
        guard isEast || take("-"), let hours = number(2), take(":"), let minutes = number(2) else { return nil }
        return (hours * 60 + minutes) * (isEast ? 60 : -60)
    }
}
