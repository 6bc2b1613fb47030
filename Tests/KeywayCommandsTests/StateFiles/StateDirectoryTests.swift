import Documents
import Foundation
import Testing
import TestSupport

@testable import KeywayCommands

@Suite("A directory of state files")
struct StateDirectoryTests {
    private let directory = TemporaryDirectory()
    private var state: StateDirectory { StateDirectory(path: directory.path) }

    private func put(_ text: String, in name: String) throws {
        let path = directory(name)
        try FileManager.default.createDirectory(
            atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]),
            withIntermediateDirectories: true
        )
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static func exported(_ id: String, _ slug: String) throws -> ExportedDocument {
        let identifier = try #require(Identifier(id))
        return ExportedDocument(
            kind: .connection,
            id: identifier,
            key: #"OpenAI connection "\#(slug)""#,
            slug: slug,
            text: file(id, name: slug)
        )
    }

    /// The content of a file with a connection.
    private static func file(_ id: String?, name: String) -> String {
        StateSamples.openAI(name, id: id)
    }

    @Test("names the file and the line of what is no JSON, beside the issues of other files")
    func namesSyntaxErrors() throws {
        try put("{\n  \"data\": {\n    oops\n", in: "below/broken.json")
        try put("{}", in: "empty.json")
        try put("oops", in: "README.md")
        try put("oops", in: ".hidden.json")
        let error = try #require(throws: InvalidState.self) { try state.read() }
        #expect(
            error.issues.map(\.text) == [
                "below/broken.json: not valid JSON at line 3, column 8",
                "empty.json: /data/type: is required and must be "
                    + "\"action_connection\" or \"account\" or \"token_issuers\"",
            ]
        )
    }

    @Test("without files is refused")
    func refusesEmptyDirectory() {
        #expect(throws: CommandError.self) { try state.read() }
        #expect(throws: CommandError.self) { try StateDirectory(path: directory("nowhere")).read() }
    }

    @Test("gets a file for each document, with a name that can be read")
    func writes() throws {
        let documents = [
            try Self.exported(StateSamples.ids[0], "openai-x"), try Self.exported(StateSamples.ids[1], ""),
        ]
        #expect(try state.write(documents, prunes: false) == ExportSummary(created: 2))
        #expect(
            directory.names(in: "connections")
                == [
                    "\(StateSamples.ids[1]).json", "openai-x-\(StateSamples.ids[0]).json",
                ].sorted()
        )
        #expect(try state.write(documents, prunes: false) == ExportSummary(unchanged: 2))
    }

    @Test("keeps names of the user's own, and follows a rename in its own")
    func renames() throws {
        try put(Self.file(StateSamples.ids[0], name: "mine"), in: "mine.json")
        let before = try Self.exported(StateSamples.ids[1], "before")
        _ = try state.write([before], prunes: false)
        let documents = [try Self.exported(StateSamples.ids[0], "x"), try Self.exported(StateSamples.ids[1], "after")]
        #expect(try state.write(documents, prunes: false) == ExportSummary(changed: 2, stale: []))
        #expect(directory.names() == ["connections", "mine.json"])
        #expect(directory.names(in: "connections") == ["after-\(StateSamples.ids[1]).json"])
        #expect(directory.text(of: "mine.json") == documents[0].text)
    }

    @Test("that was written by hand, or for another server, gets the ids of this one")
    func adoptsByKey() throws {
        try put(Self.file(nil, name: "by hand"), in: "mine.json")
        _ = try state.write([try Self.exported(StateSamples.ids[0], "elsewhere")], prunes: false)
        let documents = [
            try Self.exported(StateSamples.ids[1], "by hand"), try Self.exported(StateSamples.ids[2], "elsewhere"),
        ]
        #expect(try state.write(documents, prunes: false) == ExportSummary(changed: 2))
        #expect(directory.text(of: "mine.json") == documents[0].text)
        #expect(directory.names(in: "connections") == ["elsewhere-\(StateSamples.ids[2]).json"])
    }

    @Test("loses only files that an export named, and only when told to")
    func prunes() throws {
        try put(Self.file(StateSamples.ids[0], name: "mine"), in: "mine.json")
        _ = try state.write([try Self.exported(StateSamples.ids[1], "x")], prunes: false)
        let name = "connections/x-\(StateSamples.ids[1]).json"
        #expect(try state.write([], prunes: false) == ExportSummary(stale: [name, "mine.json"]))
        #expect(try state.write([], prunes: true) == ExportSummary(removed: [name], stale: ["mine.json"]))
        #expect(directory.names() == ["connections", "mine.json"])
        #expect(directory.names(in: "connections") == [])
    }

    @Test("in which two files hold one document is refused")
    func refusesTwoHolders() throws {
        try put(Self.file(StateSamples.ids[0], name: "mine"), in: "one.json")
        try put(Self.file(StateSamples.ids[0], name: "mine"), in: "two.json")
        let document = try Self.exported(StateSamples.ids[0], "x")
        let error = try #require(throws: CommandError.self) { try state.write([document], prunes: false) }
        #expect(error.message.hasPrefix("one.json and two.json both hold \(StateSamples.ids[0])"))
    }
}
