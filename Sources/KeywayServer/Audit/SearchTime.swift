import Documents

/// The times of a search: RFC 3339, milliseconds since 1970, or a distance from now, such as `now-15m`.
enum SearchTime {
    static let forms =
        "a time such as 2026-11-20T14:05:09Z, milliseconds since 1970, or now, now-15m, now-1d (s, m, h, d, w)"

    /// - Returns: `nil` if `text` is none of those.
    static func read(_ text: String, now: Timestamp) -> Timestamp? {
        if text.hasPrefix("now") { return distance(text.utf8.dropFirst(3), from: now) }
        if (1...15).contains(text.utf8.count), text.utf8.allSatisfy(\.isASCIIDigit), let milliseconds = Int64(text) {
            return Timestamp(microseconds: milliseconds * 1000)
        }
        return Timestamp(rfc3339: text)
    }

    private static func distance(_ text: Substring.UTF8View, from now: Timestamp) -> Timestamp? {
        var rest = text
        var microseconds = now.microseconds
        while let sign = rest.popFirst() {
            // An unescaped + in a query is a space.
            guard "+- ".utf8.contains(sign) else { return nil }
            let digits = rest.prefix(while: \.isASCIIDigit)
            rest = rest.dropFirst(digits.count)
            guard (1...6).contains(digits.count), let unit = rest.popFirst(), let seconds = seconds(of: unit) else {
                return nil
            }
            let number = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
            let step = (sign == UInt8(ascii: "-") ? -1 : 1) * number * seconds * 1_000_000
            let (sum, overflows) = microseconds.addingReportingOverflow(step)
            guard !overflows else { return nil }
            microseconds = sum
        }
        return Timestamp(microseconds: microseconds)
    }

    private static func seconds(of unit: UInt8) -> Int64? {
        switch unit {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3600
        case UInt8(ascii: "d"): 86_400
        case UInt8(ascii: "w"): 604_800
        default: nil
        }
    }
}
