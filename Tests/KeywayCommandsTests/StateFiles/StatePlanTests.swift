import Documents
import Testing
import TestSupport

@testable import KeywayCommands

@Suite("A plan")
struct StatePlanTests {
    /// The text of a plan, or the errors that stand in its way.
    private static func plan(
        _ files: [(String, String)],
        server: [String],
        prunes: Bool = false
    ) throws -> String {
        do {
            return try StatePlan(
                files: files.map(StateSamples.file),
                server: server.map(StateSamples.document),
                prunes: prunes
            ).text
        } catch let error as InvalidState {
            return error.issues.map { $0.text + "\n" }.joined()
        }
    }

    private static let ids = StateSamples.ids

    @Test("shows what is created, updated and deleted, field by field")
    func showsChanges() throws {
        let tagged = StateSamples.connection(
            "b",
            #"{"type":"OpenAI","credentials":{"type":"OpenAIAPIKey"}}"#,
            id: Self.ids[1],
            rest: #","tags":["team:ops"]"#
        )
        let text = try Self.plan(
            [
                ("a.json", StateSamples.openAI("a")), ("b.json", tagged),
                ("c.json", StateSamples.openAI("c", id: Self.ids[2])),
            ],
            server: [
                StateSamples.openAI("old b", id: Self.ids[1]), StateSamples.openAI("c", id: Self.ids[2]),
                StateSamples.openAI("d", id: Self.ids[3]),
            ],
            prunes: true
        )
        #expect(
            text == """
                + create a.json: OpenAI connection "a"
                    + integration/type: "OpenAI"
                    + integration/credentials/type: "OpenAIAPIKey"
                    + name: "a"
                    * integration/credentials/api_token: secret, asked for
                ~ update b.json: OpenAI connection "b" (\(Self.ids[1]))
                    ~ name: "old b" → "b"
                    + tags: ["team:ops"]
                - delete OpenAI connection "d" (\(Self.ids[3]))

                1 to create, 1 to update, 1 to delete, 1 unchanged.

                """
        )
    }

    @Test("deletes nothing unless it is told to")
    func keepsWhatNoFileHas() throws {
        let text = try Self.plan(
            [("a.json", StateSamples.openAI("a"))],
            server: [
                StateSamples.openAI("a", id: Self.ids[0]), StateSamples.openAI("b", id: Self.ids[1]),
            ]
        )
        #expect(text == "Nothing to do: 1 unchanged.\n")
    }

    @Test("finds by id what was renamed, and by name what has no known id")
    func matches() throws {
        let text = try Self.plan(
            [
                ("a.json", StateSamples.openAI("c", id: Self.ids[0])),
                ("b.json", StateSamples.openAI("b", id: Self.ids[3])),
            ],
            server: [StateSamples.openAI("a", id: Self.ids[0]), StateSamples.openAI("b", id: Self.ids[1])]
        )
        #expect(
            text == """
                ~ update a.json: OpenAI connection "c" (\(Self.ids[0]))
                    ~ name: "a" → "c"

                0 to create, 1 to update, 0 to delete, 1 unchanged.

                """
        )
    }

    @Test("refuses files whose counterpart is ambiguous, and tells all of them")
    func refusesAmbiguity() throws {
        let issues = try Self.plan(
            [
                ("a.json", StateSamples.openAI("a")),
                ("b1.json", StateSamples.openAI("b")), ("b2.json", StateSamples.openAI("b")),
                ("c1.json", StateSamples.openAI("c", id: Self.ids[2])),
                ("c2.json", StateSamples.openAI("c", id: Self.ids[2])),
            ],
            server: [
                StateSamples.openAI("a", id: Self.ids[0]), StateSamples.openAI("a", id: Self.ids[1]),
                StateSamples.openAI("c", id: Self.ids[2]),
            ]
        )
        #expect(
            issues == """
                c2.json: /data/id: is the id of another file too: remove one
                a.json: the server has 2 of OpenAI connection "a": say in data.id which one is meant: \
                \(Self.ids[0]), \(Self.ids[1])
                b1.json: describes the OpenAI connection "b", as b2.json does, and has no id that the server knows: remove \
                one of them, or give this one another name
                b2.json: describes the OpenAI connection "b", as b1.json does, and has no id that the server knows: remove \
                one of them, or give this one another name

                """
        )
    }

    @Test("refuses a file that describes anew what another file describes by its id")
    func refusesCopies() throws {
        let issues = try Self.plan(
            [("a.json", StateSamples.openAI("a", id: Self.ids[0])), ("copy.json", StateSamples.openAI("a"))],
            server: [StateSamples.openAI("a", id: Self.ids[0])]
        )
        #expect(issues.hasPrefix("copy.json: describes the OpenAI connection \"a\", as a.json does"))
    }

    @Test("creates what has the name that another connection gives up")
    func createsInPlaceOfRenamed() throws {
        let text = try Self.plan(
            [("a.json", StateSamples.openAI("b", id: Self.ids[0])), ("new.json", StateSamples.openAI("a"))],
            server: [StateSamples.openAI("a", id: Self.ids[0])]
        )
        #expect(text.hasSuffix("1 to create, 1 to update, 0 to delete, 0 unchanged.\n"))
    }

    @Test("takes names for one only where the integration is the same")
    func tellsIntegrationsApart() throws {
        let notion = StateSamples.connection("a", #"{"type":"Notion","credentials":{"type":"NotionAPIKey"}}"#)
        let text = try Self.plan([("a.json", notion)], server: [StateSamples.openAI("a", id: Self.ids[0])])
        #expect(text.hasSuffix("1 to create, 0 to update, 0 to delete, 0 unchanged.\n"))
    }

    @Test("lets no name command the terminal")
    func escapesNames() throws {
        let text = try Self.plan([("a.json", StateSamples.openAI("\\u202eevil"))], server: [])
        #expect(!text.contains("\u{202e}"))
    }
}
