/// The texts of `--help`.
enum Help {
    static func overview(of commands: [Command]) -> String {
        let width = commands.map(\.name.count).max() ?? 0
        let list = commands.map { "  \($0.name.padded(to: width))  \($0.summary)" }.joined(separator: "\n")
        return """
            keyway: a self-hosted home for action connections

            Usage: keyway COMMAND [OPTIONS]

            Commands:
            \(list)

            keyway COMMAND --help tells more. keyway --version prints the version.

            """
    }

    static func text(of command: Command) -> String {
        let width = command.options.map(\.usage.count).max() ?? 0
        let options = command.options.map { option in
            """
              \(option.usage.padded(to: width))  \(option.help)
              \("".padded(to: width))  [\(option.environmentVariable)]
            """
        }
        return """
            \(command.summary)

            Usage: \(command.usage)

            \(command.discussion.map { $0 + "\n\n" }.joined())Options, or the variables behind them:
            \(options.joined(separator: "\n"))

            Example:
              \(command.example)

            """
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
