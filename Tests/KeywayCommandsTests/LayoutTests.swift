import Testing

@testable import KeywayCommands

@Suite("Text on a terminal")
struct TextLayoutTests {
    @Test(
        "is as wide as it shows",
        arguments: [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("🔑", 2), ("👩‍👩‍👧", 2), ("a\u{200b}b", 2),
            ("ｆ", 2), ("—", 1), ("❤️", 2),
        ]
    )
    func width(_ text: String, _ width: Int) {
        #expect(TextLayout.width(text) == width)
    }

    @Test(
        "is cut off where there is no room, and says so",
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("", 0, ""),
        ]
    )
    func truncation(_ text: String, _ limit: Int, _ result: String) {
        #expect(TextLayout.truncate(text, to: limit) == result)
        #expect(TextLayout.width(result) <= limit)
    }

    @Test(
        "commands no terminal",
        arguments: [
            ("plain — é", "plain — é"), ("\u{1b}[2J", #"\u{1b}[2J"#), ("a\nb", #"a\u{a}b"#), ("\u{9b}2J", #"\u{9b}2J"#),
            ("a\r", #"a\u{d}"#), ("\u{202e}x", #"\u{202e}x"#), ("\u{7f}", #"\u{7f}"#), ("\r\n", #"\u{d}\u{a}"#),
        ]
    )
    func printable(_ text: String, _ result: String) {
        #expect(TextLayout.printable(text) == result)
    }

    @Test("keeps its lines where that is wanted, and nothing else of what moves the cursor")
    func lines() {
        #expect(TextLayout.printable("a\nb\r\nc", keepsLineBreaks: true) == "a\nb\\u{d}\nc")
    }

    @Test("breaks between words")
    func wrap() {
        #expect(TextLayout.wrap("one two three four", width: 9) == "one two\nthree\nfour")
        #expect(TextLayout.wrap("one two three", width: 9, indentation: 2) == "  one two\n  three")
        #expect(TextLayout.wrap("immeasurable x", width: 5) == "immeasurable\nx")
        #expect(TextLayout.wrap("", width: 5, indentation: 2).isEmpty)
    }
}

@Suite("A table")
struct TableTests {
    private struct Fruit {
        let id: String
        let name: String
        var color: String?
        var weight: String?
    }

    private static let columns: [Column<Fruit>] = [
        Column("ID", .always) { $0.id },
        Column("Name", .flexible) { $0.name },
        Column("Color", .droppable(1)) { $0.color },
        Column("Weight", .droppable(2)) { $0.weight },
        Column("Seeds", .detail) { _ in "some" },
    ]
    private static let fruits = [
        Fruit(id: "identifier-1", name: "Apple", color: "green"),
        Fruit(id: "identifier-2", name: "A fruit with quite a long name", color: "yellow", weight: "200 g"),
    ]

    @Test(
        "keeps what matters most in the room that there is",
        arguments: [
            (
                nil,
                """
                ID            NAME                            COLOR   WEIGHT
                identifier-1  Apple                           green   -
                identifier-2  A fruit with quite a long name  yellow  200 g

                """
            ),
            (
                46,
                """
                ID            NAME              COLOR   WEIGHT
                identifier-1  Apple             green   -
                identifier-2  A fruit with qu…  yellow  200 g

                """
            ),
            (
                40,
                """
                ID            NAME                COLOR
                identifier-1  Apple               green
                identifier-2  A fruit with quit…  yellow

                """
            ),
            (
                32,
                """
                ID            NAME
                identifier-1  Apple
                identifier-2  A fruit with quit…

                """
            ),
            (
                10,
                """
                ID            NAME
                identifier-1  Apple
                identifier-2  A fruit wit…

                """
            ),
        ] as [(Int?, String)]
    )
    func fits(_ width: Int?, _ expected: String) {
        let text = Table(Self.columns).list(Self.fruits, width: width)
        #expect(text == expected)
    }

    @Test("of one thing is a list of what there is to say")
    func description() {
        let table = Table(Self.columns)
        #expect(
            table.description(of: Self.fruits[0], and: [("A very long title", "\u{1b}[31m")]) == """
                ID                 identifier-1
                Name               Apple
                Color              green
                Seeds              some
                A very long title  \\u{1b}[31m

                """
        )
    }
}
