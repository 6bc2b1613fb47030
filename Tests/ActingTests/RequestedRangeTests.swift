import Testing

@testable import Acting

@Suite("A requested range", .timeLimit(.minutes(10)))
struct RequestedRangeTests {
    private static func range(_ headers: [(String, String)], method: String = "GET") -> RequestedRange? {
        RequestedRange(method: method, headers: headers.map { FoldedHeader(name: $0.0, value: $0.1) })
    }

    @Test(
        "is asked for wider on either side",
        arguments: [
            ("bytes=0-9", "bytes=0-109"), ("bytes=500-", "bytes=400-"), ("bytes=500-500", "bytes=400-600"),
            ("bytes=-7", "bytes=-107"), ("Bytes=1 - 2", "bytes=0-102"),
            ("bytes=500-500, 700-702,900-", "bytes=400-"), ("bytes=500-500,700-702", "bytes=400-802"),
            ("bytes=,500-500,", "bytes=400-600"), ("bytes=500-500, ,700-702", "bytes=400-802"),
        ]
    )
    func widened(_ asked: String, _ wider: String) {
        #expect(Self.range([("range", asked)])?.text(widenedBy: 100) == wider)
    }

    @Test(
        "that may be ignored is none",
        arguments: [
            "bytes=0-1,1-4", "bytes=3-4,0-1", "bytes=0-,5-6", "bytes=0-1,-5", "bytes=,",
            "bytes=5-99999999999999999999,99999999999999999999-",
            "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30,32-32",
            "bytes=2-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=1--2", "bytes=+1-2", "lines=1-2",
            "1-2",
        ]
    )
    func ignored(_ asked: String) {
        #expect(Self.range([("Range", asked)]) == nil)
    }

    @Test(
        "may end farther than anything does",
        arguments: [
            ("bytes=500-9223372036854775806", "bytes=500-1000000000000000"),
            ("bytes=7-99999999999999999999", "bytes=7-1000000000000000"),
            ("bytes=99999999999999999999-", "bytes=1000000000000000-"),
            ("bytes=-18446744073709551615", "bytes=-1000000000000000"),
            ("bytes=0000000000000000007-8", "bytes=7-8"),
        ]
    )
    func farthest(_ asked: String, _ meant: String) {
        #expect(Self.range([("range", asked)])?.text == meant)
    }

    @Test("is shown as it was asked for, in all its parts")
    func shown() {
        #expect(Self.range([("Range", "bytes=0-1, 3-4,9-")])?.text == "bytes=0-1,3-4,9-")
    }

    @Test("is of a GET, once")
    func ofGet() {
        #expect(Self.range([("Range", "bytes=0-1")], method: "HEAD") == nil)
        #expect(Self.range([("Range", "bytes=0-1"), ("RANGE", "bytes=0-1")]) == nil)
    }

    @Test("is Azure Storage's own where there are two, however it is spelled, and knows no If-Range")
    func ofAzure() {
        let range = Self.range([("Range", "bytes=0-1"), ("X_MS_Range", "bytes=5-6"), ("If-Range", "\"a\"")])
        #expect(range?.header == "x-ms-range")
        #expect(range?.text == "bytes=5-6")
        #expect(range?.condition == nil)
        #expect(Self.range([("Range", "bytes=0-1"), ("If-Range", "\"a\"")])?.condition == "\"a\"")
    }
}
