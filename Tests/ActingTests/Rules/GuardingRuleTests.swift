import Acting
import Documents
import JSONReading
import Testing

@Suite("Guarding rules", .timeLimit(.minutes(10)))
struct GuardingRuleTests {
    private static let deny = #"{"name":"never","effect":"deny","methods":["DELETE"],"paths":["/a","/b"]}"#
    private static let first = #"{"name":"first","paths":["/a/x"]}"#
    private static let last = #"{"name":"all","paths":["/**"]}"#

    private func settings(_ rules: [String], mode: String? = nil) throws -> JSONValue {
        let mode = mode.map { #""mode":"\#($0)","# } ?? ""
        return try JSONReader.read(Array(#"{\#(mode)"rules":[\#(rules.joined(separator: ","))]}"#.utf8))
    }

    private func hold(_ old: [String], in new: [String]) throws -> Bool {
        GuardingRules(settings: try settings(old)).hold(in: try settings(new))
    }

    @Test("are none where nothing is denied: then all may change")
    func none() throws {
        #expect(GuardingRules(settings: nil).isEmpty)
        #expect(GuardingRules(settings: try settings([Self.first, Self.last])).isEmpty)
        #expect(try hold([Self.first], in: []))
    }

    @Test("hold where they stay, with no weaker rule before them that was not")
    func stay() throws {
        let old = [Self.first, Self.deny, Self.last]
        for new in [
            old, [Self.deny, Self.last], [Self.deny], [Self.deny, Self.first],
            [Self.first, Self.deny, Self.last, #"{"name":"more","paths":["/c"]}"#],
            [#"{"name":"other","effect":"deny","paths":["/c"]}"#, Self.first, Self.deny],
        ] {
            #expect(try hold(old, in: new), "\(new)")
        }
    }

    @Test("do not hold where they are gone, follow on another rule that allows, or are only observed")
    func loosened() throws {
        let old = [Self.first, Self.deny, Self.last]
        for new in [
            [], [Self.last], [Self.first, Self.last, Self.deny], [#"{"name":"first","paths":["/a"]}"#, Self.deny],
        ] {
            #expect(try !hold(old, in: new), "\(new)")
        }
        let guards = GuardingRules(settings: try settings(old))
        #expect(guards.hold(in: try settings(old, mode: "enforce")))
        #expect(!guards.hold(in: try settings(old, mode: "observe")))
        let observed = GuardingRules(settings: try settings(old, mode: "observe"))
        #expect(observed.hold(in: try settings(old, mode: "observe")))
        #expect(!observed.hold(in: try settings([])))
    }

    @Test(
        "hold where another rule denies at least as much",
        arguments: [
            (#""paths":["/b","/a","/c"],"methods":["DELETE"]"#, true), (#""paths":["/a","/b"]"#, true),
            (#""paths":["/a","/b"],"methods":["DELETE","PUT"]"#, true),
            (#""paths":["/a"],"methods":["DELETE"]"#, false),
            (#""paths":["/a","/b"],"methods":["PUT"]"#, false),
            (#""paths":["/a","/b"],"principals":["org:00000000-0000-0001-0000-000000000001"]"#, false),
            (#""paths":["/a","/b"],"body":[{"pointer":"/x","values":[1]}]"#, false),
        ]
    )
    func covered(_ parts: String, _ expected: Bool) throws {
        #expect(try hold([Self.deny], in: [#"{"name":"n","effect":"deny",\#(parts)}"#]) == expected)
        #expect(try !hold([Self.deny], in: [#"{"name":"n","effect":"allow",\#(parts)}"#]))
    }

    @Test(
        "compare conditions on bodies",
        arguments: [
            (#"[{"pointer":"/x","values":[1]},{"pointer":"/y","values":[2]}]"#, true),
            (#"[{"pointer":"/x","values":[1,3]}]"#, true), (#"[]"#, true), (#"[{"pointer":"/x","values":[3]}]"#, false),
            (#"[{"pointer":"/z","values":[1]}]"#, false),
        ]
    )
    func bodies(_ body: String, _ expected: Bool) throws {
        let old =
            #"{"name":"n","effect":"deny","paths":["/a"],"body":[{"pointer":"/x","values":[1]},{"pointer":"/y","values":[2]}]}"#
        #expect(try hold([old], in: [#"{"name":"n","effect":"deny","paths":["/a"],"body":\#(body)}"#]) == expected)
    }
}
