import Documents
import Testing

@Suite("A set of names")
struct NameSetTests {
    private static let names: NameSet = ["via", "x-host", "X-Real-IP"]

    @Test("has its names in either case", arguments: ["via", "VIA", "x-host", "X-Host", "x-real-ip", "X-REAL-IP"])
    func has(_ name: String) {
        #expect(Self.names.contains(name))
    }

    @Test(
        "has no other name, be it shorter, longer, of the same length or the same in Unicode alone",
        arguments: [
            "", "v", "vib", "vias", "x_host", "x-hos", "x-hosts-and-more-than-the-longest", "x-ho\u{17F}t", "v\u{131}a",
        ]
    )
    func hasNot(_ name: String) {
        #expect(!Self.names.contains(name))
    }

    @Test("may be empty")
    func empty() {
        #expect(!NameSet([]).contains(""))
        #expect(!NameSet([]).contains("via"))
    }
}

@Suite("A text")
struct ASCIITextTests {
    @Test("begins with an ASCII prefix in either case")
    func prefix() {
        #expect("X-Amz-Date".hasASCIIPrefix("x-amz-"))
        #expect("x-amz-".hasASCIIPrefix("x-amz-"))
        #expect(!"x-am".hasASCIIPrefix("x-amz-"))
        #expect(!"y-amz-date".hasASCIIPrefix("x-amz-"))
    }

    @Test("is another in either case")
    func same() {
        #expect("ETag".isSameASCII(as: "etag"))
        #expect(!"ETags".isSameASCII(as: "etag"))
        #expect(!"eta".isSameASCII(as: "etag"))
    }

    @Test("may name a header or be the value of one")
    func header() {
        #expect("X-A_b.c~1".isHeaderName)
        #expect(!"".isHeaderName)
        #expect(!"a b".isHeaderName)
        #expect(!"caf\u{E9}".isHeaderName)
        #expect("a\tb caf\u{E9}".isHeaderValue)
        #expect("".isHeaderValue)
        #expect(!"a\nb".isHeaderValue)
        #expect(!"a\u{7F}".isHeaderValue)
    }
}
