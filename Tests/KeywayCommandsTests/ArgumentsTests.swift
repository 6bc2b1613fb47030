import Foundation
import Testing

@testable import KeywayCommands

@Suite("The arguments of a command")
struct ArgumentsTests {
    static let color = Option.setting("test-color", "COLOR", "A colour")
    static let size = Option.setting("test-size", "N", "A size")
    static let loud = Option.setting("test-loud", nil, "A flag")
    static let command = Command(
        name: "paint",
        summary: "Paint",
        options: [color, size, loud],
        examples: ["keyway paint"]
    ) { _ in }

    /// Describes parsed arguments on one line.
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
            (["-x"], "keyway paint has no option -x"),
            ([""], "keyway paint takes no argument ``"),
            (["--", "--test-loud"], "keyway paint takes no argument `--test-loud`"),
            (["--test-colour", "red"], "keyway paint has no option --test-colour; did you mean --test-color?"),
            (["--test-colo=red"], "keyway paint has no option --test-colo; did you mean --test-color?"),
            (["--testament=red"], "keyway paint has no option --testament"),
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
    @Test("of a command lists every option with its variables", arguments: KeywayCommand.tree.commands.map(\.name))
    func options(_ name: String) async throws {
        let command = try #require(KeywayCommand.tree.commands.first { $0.name == name })
        let help = Help.text(of: command)
        let text = help.onOneLine
        for option in command.allOptions {
            #expect(help.contains("\n  \(option.usage)"))
            #expect(text.contains(option.help.onOneLine))
            for variable in option.variables { #expect(text.contains(variable)) }
        }
        #expect(help.hasPrefix(command.summary))
        for example in command.examples { #expect(help.contains("\n  \(example)\n")) }
        #expect(command.examples.contains { $0.contains("keyway \(name)") })
        let words = name.split(separator: " ").map(String.init)
        for spelling in [words + ["--help"], words + ["-h"], ["help"] + words] {
            let transcript = try await keyway(spelling, exits: 0)
            #expect(transcript.output == help)
            #expect(transcript.errors.isEmpty)
        }
    }

    @Test("lists every command", arguments: CommandTree.groups)
    func overview(_ name: String) async throws {
        let words = name.split(separator: " ").map(String.init)
        let group = KeywayCommand.tree.find(words[...]).tree
        let help = try await keyway(words + ["--help"], exits: 0).output
        for member in group.members where !member.isHidden { #expect(help.contains("\n  \(member.word) ")) }
        #expect(help.contains("\nExample:\n  keyway \(name)"))
    }

    @Test("fits a terminal of 80 columns, but for examples", arguments: KeywayCommand.tree.commands.map(\.name))
    func width(_ name: String) throws {
        let command = try #require(KeywayCommand.tree.commands.first { $0.name == name })
        let lines = Help.text(of: command).split(separator: "\n")
        for line in lines where !line.contains("keyway ") { #expect(line.count <= 80) }
    }
}

extension CommandTree {
    /// The names of all groups.
    fileprivate static var groups: [String] { groups(in: KeywayCommand.tree) }

    private static func groups(in tree: CommandTree) -> [String] {
        guard case .group(let group) = tree else { return [] }
        return [group.name] + group.members.flatMap(groups)
    }
}

extension String {
    /// The text with each run of blanks and line breaks as one blank.
    fileprivate var onOneLine: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}

@Suite("The program")
struct ProgramTests {
    @Test(
        "ends with the code of sysexits.h that tells what was wrong",
        arguments: [
            ([], 64, ""),
            (["paint"], 64, "keyway: there is no command `paint`\nTry: keyway --help\n"),
            (["serve", "--port=1"], 64, "keyway: keyway serve has no option --port\nTry: keyway serve --help\n"),
            (
                ["sevre"], 64,
                "keyway: there is no command `sevre`; did you mean `serve`?\nTry: keyway serve --help\n"
            ),
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
