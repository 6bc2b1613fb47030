import KeywayServer
import Storage

/// The `keyway` program.
package enum KeywayCommand {
    static let commands = [
        Command.initialize, .serve, .createOrganization, .recover, .rotateMasterKey, .auditExport, .auditVerify,
    ]

    /// Runs the command that the arguments name.
    ///
    /// - Parameter arguments: Without the program's own name.
    /// - Returns: The exit code.
    package static func run(_ arguments: [String] = Array(CommandLine.arguments.dropFirst())) async -> Int32 {
        do {
            return try await perform(arguments)
        } catch let error as CommandError {
            Terminal.printError("keyway: \(error.message)")
            return error.code.rawValue
        } catch let error as StoreError {
            Terminal.printError("keyway: \(error.reason)")
            return CommandError.Code.unavailable.rawValue
        } catch {
            Terminal.printError("keyway: \(error)")
            return 70
        }
    }

    private static func perform(_ arguments: [String]) async throws -> Int32 {
        guard let name = arguments.first, name != "--help", name != "-h", name != "help" else {
            try Terminal.print(Help.overview(of: commands))
            return arguments.isEmpty ? CommandError.Code.usage.rawValue : 0
        }
        if name == "--version" {
            try Terminal.print("keyway \(KeywayVersion.current)\n")
            return 0
        }
        guard let command = commands.first(where: { arguments.starts(with: $0.words) }) else {
            let group = commands.filter { $0.words.first == name }
            guard !group.isEmpty else {
                throw CommandError(.usage, "there is no command `\(name)`\nTry: keyway --help")
            }
            if arguments.dropFirst().allSatisfy({ $0 == "--help" || $0 == "-h" }), arguments.count > 1 {
                try Terminal.print(Help.overview(of: group))
                return 0
            }
            let names = group.map(\.name).joined(separator: ", ")
            throw CommandError(.usage, "`keyway \(name)` needs a further word: \(names)\nTry: keyway \(name) --help")
        }
        let rest = arguments.dropFirst(command.words.count)
        if rest.contains("--help") || rest.contains("-h") {
            try Terminal.print(Help.text(of: command))
            return 0
        }
        try await command.run(Arguments(rest, for: command))
        return 0
    }
}
