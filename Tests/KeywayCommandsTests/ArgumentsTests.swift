import Foundation
import Testing

@testable import KeywayCommands

@Suite("The arguments of a command")
struct ArgumentsTests {
    static let color = Option(name: "test-color", placeholder: "COLOR", help: "A colour")
    static let size = Option(name: "test-size", placeholder: "N", help: "A size")
    static let loud = Option(name: "test-loud", placeholder: nil, help: "A flag")
    static let command = Command(
        name: "paint",
        summary: "Paint",
        options: [color, size, loud],
        example: "keyway paint"
    ) { _ in }

    /// What the arguments come to, on one line.
    private static func read(_ words: [String]) throws(CommandError) -> String {
        let arguments = try Arguments(words, for: command)
        let values = [color, size].map { "\($0.name.dropFirst(5))=\(arguments[$0] ?? "-")" }
        return (values + ["loud=\(arguments.has(loud))"]).joined(separator: " ")
    }

    @Test(
        "are read in either spelling and any order",
        arguments: [
            ([], "color=- size=- loud=false"),
            (["--test-color", "red"], "color=red size=- loud=false"),
            (["--test-color=red"], "color=red size=- loud=false"),
            (["--test-color=a=b"], "color=a=b size=- loud=false"),
            (["--test-color="], "color= size=- loud=false"),
            (["--test-color", ""], "color= size=- loud=false"),
            (["--test-color", "--test-loud"], "color=--test-loud size=- loud=false"),
            (["--test-loud", "--test-size", "3", "--test-color=red"], "color=red size=3 loud=true"),
        ]
    )
    func understood(_ words: [String], _ meaning: String) throws {
        #expect(try Self.read(words) == meaning)
    }

    @Test(
        "that are not understood are named, and what to try",
        arguments: [
            (["red"], "keyway paint takes no argument `red`"),
            (["-x"], "keyway paint takes no argument `-x`"),
            ([""], "keyway paint takes no argument ``"),
            (["--"], "keyway paint has no option --"),
            (["--test-colour", "red"], "keyway paint has no option --test-colour"),
            (["--test-colo=red"], "keyway paint has no option --test-colo"),
            (["--TEST-COLOR=red"], "keyway paint has no option --TEST-COLOR"),
            (["--test-color"], "--test-color needs a value: --test-color COLOR"),
            (["--test-color=red", "--test-color=red"], "--test-color is given twice"),
            (["--test-loud", "--test-loud"], "--test-loud is given twice"),
            (["--test-loud=yes"], "--test-loud takes no value"),
        ]
    )
    func refused(_ words: [String], _ message: String) throws {
        let error = try #require(throws: CommandError.self) { try Self.read(words) }
        #expect(error.message == "\(message)\nTry: keyway paint --help")
        #expect(error.code == .usage)
    }

    @Test("also come from variables, which give way to the command line")
    func variables() async {
        await #expect(processExitsWith: .success) {
            setenv("KEYWAY_TEST_COLOR", "green", 1)
            setenv("KEYWAY_TEST_SIZE", "", 1)
            setenv("KEYWAY_TEST_LOUD", "1", 1)
            let fromVariables = try Self.read([])
            #expect(fromVariables == "color=green size=- loud=true")
            let fromBoth = try Self.read(["--test-color=red"])
            #expect(fromBoth == "color=red size=- loud=true")
            for value in ["0", "false", "No", "OFF"] {
                setenv("KEYWAY_TEST_LOUD", value, 1)
                let unset = try Self.read([])
                #expect(unset == "color=green size=- loud=false")
                let set = try Self.read(["--test-loud"])
                #expect(set == "color=green size=- loud=true")
            }
        }
    }
}

@Suite("The help")
struct HelpTests {
    @Test("of a command lists every option with its variable", arguments: KeywayCommand.commands.map(\.name))
    func options(_ name: String) async throws {
        let command = try #require(KeywayCommand.commands.first { $0.name == name })
        let help = Help.text(of: command)
        for option in command.options {
            #expect(help.contains("  \(option.usage) "))
            #expect(help.contains("[\(option.environmentVariable)]"))
            #expect(help.contains(option.help))
        }
        #expect(help.hasPrefix(command.summary))
        #expect(help.contains(command.example))
        #expect(command.example.hasPrefix("keyway \(name)"))
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 120 })
        for word in ["--help", "-h"] {
            let transcript = try await keyway(command.words + [word], exits: 0)
            #expect(transcript.output == help)
            #expect(transcript.errors.isEmpty)
        }
    }

    @Test("lists every command")
    func overview() async throws {
        let help = try await keyway("--help", exits: 0).output
        for command in KeywayCommand.commands { #expect(help.contains("  \(command.name) ")) }
    }
}

@Suite("The program")
struct ProgramTests {
    @Test(
        "ends with the code of sysexits.h that tells what was wrong",
        arguments: [
            ([], 64, ""),
            (["paint"], 64, "keyway: there is no command `paint`\nTry: keyway --help\n"),
            (["serve", "--port=1"], 64, "keyway: keyway serve has no option --port\nTry: keyway serve --help\n"),
            (["--version"], 0, ""),
            (["help"], 0, ""),
        ] as [([String], Int32, String)]
    )
    func exitCode(_ arguments: [String], _ code: Int32, _ errors: String) async throws {
        let result = try await #require(
            processExitsWith: .exitCode(code),
            observing: [\.standardErrorContent]
        ) { [arguments = arguments as [String]] in
            exit(await KeywayCommand.run(arguments))
        }
        #expect(printed(result.standardErrorContent) == errors)
    }
}
