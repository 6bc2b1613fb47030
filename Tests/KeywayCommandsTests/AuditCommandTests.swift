import Foundation
import Testing
import TestSupport

@testable import KeywayCommands

@Suite("keyway audit", .timeLimit(.minutes(10)))
struct AuditCommandTests {
    private let directory = TemporaryDirectory()
    private var data: String { directory("data") }

    /// A log of four events, exported.
    private func export() async throws -> String {
        _ = try await keyway("init", "--data-dir", data, exits: 0)
        for _ in 0..<3 { _ = try await keyway("recover", "--data-dir", data, exits: 0) }
        let file = directory("audit.jsonl")
        let transcript = try await keyway("audit", "export", "--data-dir", data, "--output", file, exits: 0)
        #expect(transcript.output == "\(file) has 4 events of Default, up to event 4\n")
        return file
    }

    private func write(_ lines: [Substring], to name: String) throws -> String {
        try (lines.joined(separator: "\n") + "\n").write(toFile: directory(name), atomically: true, encoding: .utf8)
        return directory(name)
    }

    @Test("export and verify: what was written is whole, and what was changed is not")
    func exportsAndVerifies() async throws {
        let file = try await export()
        #expect(directory.mode(of: "audit.jsonl") == 0o600)
        let whole = try await keyway("audit", "verify", file, exits: 0)
        #expect(whole.output.hasPrefix("\(file) is whole: 4 events of organisation "))
        #expect(whole.output.contains("No head was given"))
        let lines = directory.text(of: "audit.jsonl").split(separator: "\n")
        let printed = try await keyway("audit", "export", "--data-dir", data, "--after", "1", exits: 0)
        #expect(printed.output == lines.dropFirst().joined(separator: "\n") + "\n")

        let dropped = try write([lines[0], lines[2], lines[3]], to: "dropped")
        let told = try await keyway("audit", "verify", dropped, exits: 65)
        #expect(told.output.isEmpty)
        #expect(
            told.errors == "keyway: \(dropped) is not whole: event 2 is missing: event 3 is in its place (line 2)\n"
        )
        let json = try await keyway("audit", "verify", dropped, "--json", exits: 65)
        #expect(json.output.contains(#""whole":false,"events":1,"#))
        #expect(json.output.contains(#""fault":{"kind":"missing","event":2,"through":2,"line":2,"#))
    }

    @Test("export never writes over a file, and verify tells what can't be read")
    func refuses() async throws {
        let file = try await export()
        let again = try await keyway("audit", "export", "--data-dir", data, "--output", file, exits: 73)
        #expect(again.errors.contains("cannot create \(file)"))
        let absent = try await keyway("audit", "verify", directory("absent"), exits: 66)
        #expect(absent.errors.contains("cannot read \(directory("absent"))"))
        let headless = try await keyway("audit", "verify", file, "--head", file, exits: 66)
        #expect(headless.errors.contains("nothing with a signed head"))
        _ = try await keyway("audit", "verify", file, "--public-key", String(repeating: "0", count: 64), exits: 64)
        _ = try await keyway("audit", "verify", file, "--head", "{}", "--public-key", "key", exits: 64)
        _ = try await keyway("audit", "export", "--data-dir", data, "--after", "x", exits: 64)
        let unknown = try await keyway("audit", "export", "--data-dir", data, "--organization", "No", exits: 66)
        #expect(unknown.errors.contains("there are: Default"))
    }
}
