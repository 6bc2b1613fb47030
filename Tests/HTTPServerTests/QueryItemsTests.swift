import HTTPServer
import Testing

@Suite("The items of a query", .timeLimit(.minutes(10)))
struct QueryItemsTests {
    @Test(
        "are decoded, in their order",
        arguments: [
            (nil, []),
            ("", []),
            ("page%5Bsize%5D=10", ["page[size]=10"]),
            ("page[number]=2&page[size]=10", ["page[number]=2", "page[size]=10"]),
            ("filter=a+b%2Bc%26d%3De", ["filter=a b+c&d=e"]),
            ("a", ["a="]),
            ("a=", ["a="]),
            ("=a", ["=a"]),
            ("a=b=c", ["a=b=c"]),
            ("&&a=1&&b=2&", ["a=1", "b=2"]),
            ("a=1&a=2", ["a=1", "a=2"]),
            ("n%C3%A9=%e2%82%ac", ["né=€"]),
            ("a?b=c/d", ["a?b=c/d"]),
        ] as [(String?, [String])]
    )
    func decoded(query: String?, expected: [String]) throws {
        #expect(try QueryItems(parsing: query).map { "\($0.name)=\($0.value)" } == expected)
    }

    @Test("are refused when malformed", arguments: ["a=%", "a=%1", "a=%zz", "%=1", "a=%FF", "a=%C3", "a=%ED%A0%80"])
    func malformed(query: String) {
        #expect(throws: QueryItems.Malformed.self) { try QueryItems(parsing: query) }
    }

    @Test("are found by name, the first of several")
    func byName() throws {
        let items = try QueryItems(parsing: "a=1&b=2&a=3")
        #expect(items["a"] == "1")
        #expect(items["c"] == nil)
    }
}
