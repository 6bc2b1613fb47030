import Testing

@testable import HTTPServer

@Suite("A release of the engine", .timeLimit(.minutes(10)))
struct EngineVersionTests {
    @Test("is asked for strictness by its own scale", arguments: ["0.9.77", "0.9.100", "1.0.0", "1.0.1", "2.0.0"])
    func ownScale(_ text: String) {
        let strictness = EngineVersion(text).strictness
        // MHD_OPTION_CLIENT_DISCIPLINE_LVL, where more is stricter.
        #expect(strictness == (38, 1))
    }

    @Test("before there was one, is asked by the older option", arguments: ["0.9.75", "0.9.76", "0.9.8"])
    func olderOption(_ text: String) {
        // MHD_OPTION_STRICT_FOR_CLIENT, of which -1 refuses what 1 does not.
        #expect(EngineVersion(text).strictness == (29, -1))
    }

    @Test("is proven as a whole, not by its beginning", arguments: ["0.9.7", "0.9.76", "1.0.10", "1.0", ""])
    func unproven(_ text: String) {
        #expect(!EngineVersion(text).isProven)
    }

    @Test("that these tests run with is proven")
    func current() {
        #expect(EngineVersion.current.isProven)
        #expect(EngineVersion.proven.allSatisfy { EngineVersion($0).isProven })
    }
}
