import Documents
import Testing

@Suite("A timestamp")
struct TimestampTests {
    @Test(
        "prints RFC 3339 in UTC with six fraction digits",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1, "1970-01-01T00:00:00.000001Z"),
            (999_999, "1970-01-01T00:00:00.999999Z"),
            (1_000_000, "1970-01-01T00:00:01.000000Z"),
            (86_399_999_999, "1970-01-01T23:59:59.999999Z"),
            (86_400_000_000, "1970-01-02T00:00:00.000000Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (951_868_800_000_000, "2000-03-01T00:00:00.000000Z"),
            (1_709_251_199_000_000, "2024-02-29T23:59:59.000000Z"),
            (1_735_603_200_000_000, "2024-12-31T00:00:00.000000Z"),
            (1_740_787_200_000_000, "2025-03-01T00:00:00.000000Z"),
            (1_795_183_509_000_120, "2026-11-20T14:05:09.000120Z"),
            (4_107_456_000_000_000, "2100-02-28T00:00:00.000000Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (-1_000_000, "1969-12-31T23:59:59.000000Z"),
            (-2_203_891_200_000_000, "1900-03-01T00:00:00.000000Z"),
            (-2_203_977_600_000_000, "1900-02-28T00:00:00.000000Z"),
        ] as [(Int64, String)]
    )
    func prints(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test("sorts by time")
    func sorts() {
        #expect(Timestamp(microseconds: -1) < Timestamp(microseconds: 0))
        #expect(!(Timestamp(microseconds: 7) < Timestamp(microseconds: 7)))
    }

    @Test("of now rises and lies in this century")
    func now() {
        let first = Timestamp.now
        #expect(first <= Timestamp.now)
        #expect(first.description.hasPrefix("20"))
    }
}
