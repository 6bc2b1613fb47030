/// The texts of `--help`.
enum Help {
    /// Narrow enough for every terminal.
    static let width = 80

    static func text(of tree: CommandTree) -> String {
        switch tree {
        case .group(let group): text(of: group)
        case .command(let command): text(of: command)
        }
    }

    static func text(of group: CommandGroup) -> String {
        var parts = [
            group.summary,
            "Usage: \(group.typed) COMMAND",
            list("Commands:", visible(group.members).map { ($0.word, $0.summary) }),
        ]
        if group.name.isEmpty {
            parts.append(list("Exit codes, beside 0:", ExitCode.allCases.map { ("\($0.rawValue)", $0.meaning) }))
        }
        if let example = CommandTree.group(group).commands.first(where: { !$0.isHidden })?.examples.first {
            parts.append("Example:\n  \(example)")
        }
        parts.append("\(group.typed) COMMAND --help shows more.")
        if group.name.isEmpty { parts[parts.count - 1] += " keyway --version prints the version." }
        return parts.joined(separator: "\n\n") + "\n"
    }

    static func text(of command: Command) -> String {
        var parts = [command.summary, "Usage: \(command.usage)"]
        parts += command.discussion.map { TextLayout.wrap($0, width: width) }
        if !command.operands.isEmpty {
            parts.append(list("Operands:", command.operands.map { ($0.usage, $0.help) }))
        }
        let forms = command.forms.filter { !$0.isHidden }
        if !forms.isEmpty {
            parts.append(list("Forms:", forms.map { ("\(command.word) \($0.word)", $0.summary) }))
        }
        for group in groups(of: command) {
            parts.append(list(group.title + ":", group.options.map { ($0.usage, text(of: $0)) }))
        }
        parts.append("\(command.examples.count > 1 ? "Examples" : "Example"):\n" + lines(command.examples))
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// The options of a command by their headings, its own first.
    static func groups(of command: Command) -> [OptionGroup] {
        let own = command.options.isEmpty ? [] : [OptionGroup(title: "Options", options: command.options)]
        return own + command.sharedOptions
    }

    /// Describes an option, with the variables that give it too.
    static func text(of option: Option) -> String {
        guard !option.variables.isEmpty else { return option.help }
        return "\(option.help) [\(option.variables.joined(separator: ", "))]"
    }

    static func visible(_ members: [CommandTree]) -> [CommandTree] {
        members.filter { !$0.isHidden }
    }

    private static func lines(_ lines: [String]) -> String {
        lines.map { "  " + $0 }.joined(separator: "\n")
    }

    /// Terms and what they mean, side by side; a long term has a line of its own.
    private static func list(_ title: String, _ entries: [(term: String, text: String)]) -> String {
        let column = min(28, (entries.map(\.term.count).max() ?? 0) + 4)
        let lines = entries.map { entry in
            let text = TextLayout.wrap(entry.text, width: width, indentation: column)
            let start = "  " + entry.term
            guard start.count + 2 <= column else { return start + "\n" + text }
            return start + text.dropFirst(start.count)
        }
        return title + "\n" + lines.joined(separator: "\n")
    }
}
