import HTTPServer
import NetworkTypes
import Testing

@testable import KeywayServer

@Suite("The headers of a third party's answer to the caller")
struct ProxiedCachingTests {
    @Test(
        "let no shared cache keep an answer for other keys",
        arguments: [
            ([], "private"), ([("Cache-Control", "public, max-age=600, s-maxage=60")], "private, max-age=600"),
            ([("cache-control", "no-store"), ("Cache-Control", "private=\"a, b\"")], "private, no-store"),
            ([("CDN-Cache-Control", "max-age=9"), ("Surrogate-Control", "max-age=9")], "private"),
        ] as [([(String, String)], String)]
    )
    func sharedCaches(_ headers: [(String, String)], _ control: String) {
        var passed = headers.map { HeaderField(name: $0.0, value: $0.1) }
        ProxiedCaching.keepFromSharedCaches(&passed)
        #expect(passed.map(\.name) == ["Cache-Control", "Vary"])
        #expect(passed.first?.value == control)
        #expect(passed.last?.value == "DD-API-KEY, DD-APPLICATION-KEY")
    }
}
