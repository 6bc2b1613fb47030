/// The ids of a span and of its trace (W3C Trace Context, level 1).
package struct SpanContext: Sendable, Equatable {
    /// The trace's 16 bytes, not all zero.
    package let traceHigh: UInt64
    package let traceLow: UInt64
    /// The span's 8 bytes, not zero.
    package let span: UInt64
    /// Whether whoever began the trace records it.
    package let isSampled: Bool

    package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool = true) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.isSampled = isSampled
    }

    /// The root of a new trace.
    package static func root() -> SpanContext {
        SpanContext(
            traceHigh: .random(in: 1 ... .max),
            traceLow: .random(in: 0 ... .max),
            span: .random(in: 1 ... .max)
        )
    }

    /// Another span of the same trace.
    func child() -> SpanContext {
        SpanContext(traceHigh: traceHigh, traceLow: traceLow, span: .random(in: 1 ... .max), isSampled: isSampled)
    }

    /// Reads the value of a header `traceparent`.
    ///
    /// - Returns: `nil` for one that is malformed, or of a version that this grammar does not cover: then a new trace
    ///   begins.
    package init?(traceparent text: String) {
        let bytes = Array(text.utf8)
        // A later version may say more, behind another hyphen.
        guard bytes.count == Self.headerLength || bytes.count > Self.headerLength && bytes[55] == Self.hyphen,
            bytes[2] == Self.hyphen, bytes[35] == Self.hyphen, bytes[52] == Self.hyphen,
            let version = Self.number(bytes[0..<2]), version != 0xff,
            version != 0 || bytes.count == Self.headerLength,
            let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]),
            let span = Self.number(bytes[36..<52]), let flags = Self.number(bytes[53..<55]),
            high != 0 || low != 0, span != 0
        else { return nil }
        self.init(traceHigh: high, traceLow: low, span: span, isSampled: flags & 1 == 1)
    }

    /// The value of a header `traceparent`.
    package var traceparent: String { "00-\(traceText)-\(spanText)-\(isSampled ? "01" : "00")" }

    /// 32 hexadecimal digits.
    package var traceText: String { Self.text(traceHigh) + Self.text(traceLow) }

    /// 16 hexadecimal digits.
    package var spanText: String { Self.text(span) }

    private static let headerLength = 55
    private static let hyphen = UInt8(ascii: "-")

    static func text(_ number: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            let digits: StaticString = "0123456789abcdef"
            for position in 0..<16 {
                buffer[position] = digits.utf8Start[Int(number >> UInt64(60 - 4 * position) & 0xf)]
            }
            return 16
        }
    }

    /// A number of lower-case hexadecimal digits, 16 at most.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            number = number << 4 | UInt64(value)
        }
        return number
    }
}
