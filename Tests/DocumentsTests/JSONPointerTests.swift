import Documents
import Testing

@Suite("A JSON pointer")
struct JSONPointerTests {
    @Test(
        "leads by names and indices",
        arguments: [
            ("", []), ("/", [""]), ("/a", ["a"]), ("/a/0/b", ["a", "0", "b"]), ("/a~1b/m~0n", ["a/b", "m~n"]),
            ("/~01", ["~1"]), ("/a//b/", ["a", "", "b", ""]), ("/é 😀", ["é 😀"]),
        ]
    )
    func steps(_ pointer: String, expected: [String]) {
        #expect(JSONPointer.steps(pointer.utf8) == expected)
    }

    @Test("is nothing else", arguments: ["a", " /a", "/~", "/~2", "/a~", "#/a"])
    func others(_ text: String) {
        #expect(JSONPointer.steps(text.utf8) == nil)
    }

    @Test("holds names with their escapes", arguments: ["", "a", "a/b", "m~n", "~1", "/~/\u{301}"])
    func escapes(_ name: String) throws {
        let steps = try #require(JSONPointer.steps("/\(JSONPointer.escape(name))".utf8))
        #expect(steps.map { Array($0.utf8) } == [Array(name.utf8)])
    }
}
