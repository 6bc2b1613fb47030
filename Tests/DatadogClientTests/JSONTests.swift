import DatadogClient
import Foundation
import Testing

@Suite("JSON", .timeLimit(.minutes(10)))
struct JSONTests {
    @Test(
        "is written as it was read",
        arguments: [
            "null", "true", "-0", "1e400", "1.50", "12345678901234567890123", #""é \u0001""#, "[]", "{}",
            #"[1,[2,{"b":1,"a":2}]]"#,
            #"{"a":1,"a":2}"#, #""\"\\\n\t\r/""#,
        ]
    )
    func roundTrip(_ text: String) throws {
        #expect(String(decoding: try JSONValue(parsing: Data(text.utf8)).data, as: UTF8.self) == text)
    }

    @Test(
        "has its escapes read",
        arguments: [(#""\u00e9\/\b\f""#, "é/\u{8}\u{c}"), (#""\ud83d\ude00x""#, "😀x"), (#""a\"b""#, "a\"b")]
    )
    func escapes(_ text: String, _ value: String) throws {
        #expect(try JSONValue(parsing: Data(text.utf8)).text == value)
    }

    @Test(
        "is refused where it is none",
        arguments: [
            "", " ", "{", "[1,]", #"{"a":1,}"#, "01", "1.", "-", ".5", "1e", "nul", "truex", #""a"#, "\"\n\"", #""\x""#,
            #""\u12""#,
            #""\ud83d""#, #""\ude00""#, #""\ud83dA""#, #"{"a" 1}"#, "{1:2}", "[1 2]", "1 2", "\u{feff}1", "NaN", "'a'",
            String(repeating: "[", count: 300) + String(repeating: "]", count: 300),
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: JSONMismatch.self) { try JSONValue(parsing: Data(text.utf8)) }
    }

    @Test(
        "is refused in anything but UTF-8",
        arguments: [[0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]] as [[UInt8]]
    )
    func encoding(_ bytes: [UInt8]) {
        #expect(throws: JSONMismatch.self) { try JSONValue(parsing: Data(bytes)) }
    }

    @Test("passes through Foundation's coders")
    func codable() throws {
        let value: JSONValue = ["a": [1, "b", nil, true], "c": ["d": -3]]
        #expect(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value)) == value)
    }

    @Test(
        "has times with any precision and offset",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00.5+01:00", 951_822_000.5),
            ("2025-08-05T09:36:57.90539Z", 1_754_386_617.90539),
            ("2022-05-12T09:52:00.698721+00:00", 1_652_349_120.698721),
        ]
    )
    func times(_ text: String, _ seconds: Double) throws {
        let date = try #require(Timestamp(rawValue: text).date)
        #expect(abs(date.timeIntervalSince1970 - seconds) < 1e-5)
    }

    @Test(
        "keeps times that it can't read",
        arguments: ["", "2026-07-13 13:25:37.4346 +0000 UTC", "2025-13-01T00:00:00Z", "x"]
    )
    func unreadable(_ text: String) {
        #expect(Timestamp(rawValue: text).date == nil)
        #expect(Timestamp(rawValue: text).rawValue == text)
    }
}
