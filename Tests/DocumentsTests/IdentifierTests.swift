import Documents
import Testing

@Suite("An identifier")
struct IdentifierTests {
    @Test(
        "reads any 8-4-4-4-12 hexadecimal text and prints it in lower case",
        arguments: [
            ("0193cb20-1234-7abc-8def-0123456789ab", "0193cb20-1234-7abc-8def-0123456789ab"),
            ("0193CB20-1234-7ABC-8DEF-0123456789AB", "0193cb20-1234-7abc-8def-0123456789ab"),
            ("0193Cb20-1234-7aBc-8DeF-0123456789aB", "0193cb20-1234-7abc-8def-0123456789ab"),
            ("aaa11111-aa11-aa11-aaaa-aaaaaa111111", "aaa11111-aa11-aa11-aaaa-aaaaaa111111"),
            ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"),
            ("ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        ]
    )
    func reads(_ text: String, printed: String) throws {
        #expect(try #require(Identifier(text)).description == printed)
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", "-", "not-an-id",
            "0193cb2012347abc8def0123456789ab",
            "0193cb20-1234-7abc-8def-0123456789a",
            "0193cb20-1234-7abc-8def-0123456789abc",
            "0193cb20-1234-7abc-8def-0123456789ag",
            "0193cb20-1234-7abc-8def_0123456789ab",
            "0193cb2-01234-7abc-8def-0123456789ab",
            "0193cb20--1234-7abc-8def-0123456789a",
            "{193cb20-1234-7abc-8def-0123456789a}",
            " 0193cb20-1234-7abc-8def-0123456789ab",
            "0193cb20-1234-7abc-8def-0123456789ab\n",
            "\"0193cb20-1234-7abc-8def-0123456789ab\"",
            "0193cb20-1234-7abc-8def-0123456789é",
            "０193cb20-1234-7abc-8def-0123456789ab",
        ]
    )
    func refuses(_ text: String) {
        #expect(Identifier(text) == nil)
    }

    @Test("keeps the first half of the text in `high` and the second in `low`")
    func halves() {
        let id = Identifier("01234567-89ab-cdef-fedc-ba9876543210")
        #expect(id == Identifier(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210))
    }

    @Test(
        "sorts as its text does",
        arguments: [
            ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"),
            ("00000000-0000-0000-ffff-ffffffffffff", "00000000-0000-0001-0000-000000000000"),
            ("7fffffff-0000-0000-0000-000000000000", "80000000-0000-0000-0000-000000000000"),
        ]
    )
    func sorts(_ lesser: String, before greater: String) throws {
        #expect(try #require(Identifier(lesser)) < #require(Identifier(greater)))
    }
}
