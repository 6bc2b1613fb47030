/// One command of `keyway`, declared once: parsing, help, completions and the man page come from it.
struct Command: Sendable {
    /// All words that name it: `serve`, `aws accounts list`.
    let name: String
    /// A description, in one line.
    let summary: String
    /// Further paragraphs of help.
    var discussion: [String] = []
    var operands: [Operand] = []
    var options: [Option] = []
    /// Options that it shares with other commands.
    var sharedOptions: [OptionGroup] = []
    /// More special forms, found by a further word whatever its case: one for each integration.
    var forms: [Command] = []
    /// Command lines that work, the simplest first.
    let examples: [String]
    /// Whether it is for programs alone: no list shows it.
    var isHidden = false
    let run: @Sendable (Arguments) async throws -> Void

    var allOptions: [Option] { options + sharedOptions.flatMap(\.options) }

    var usage: String {
        let options = allOptions.isEmpty ? [] : ["[OPTIONS]"]
        return (["keyway", name] + operands.map(\.usage) + options).joined(separator: " ")
    }

    /// The last word of its name.
    var word: String { name.split(separator: " ").last.map(String.init) ?? name }
}

/// Commands that begin with the same words.
struct CommandGroup: Sendable {
    /// The words: `aws accounts`, empty for all of `keyway`.
    let name: String
    let summary: String
    let members: [CommandTree]

    var word: String { name.split(separator: " ").last.map(String.init) ?? name }

    /// The group as it is typed.
    var typed: String { name.isEmpty ? "keyway" : "keyway \(name)" }
}

/// A command or a group of them, as they stand in the tree of all.
indirect enum CommandTree: Sendable {
    case command(Command)
    case group(CommandGroup)

    var name: String {
        switch self {
        case .command(let command): command.name
        case .group(let group): group.name
        }
    }

    var word: String {
        switch self {
        case .command(let command): command.word
        case .group(let group): group.word
        }
    }

    var summary: String {
        switch self {
        case .command(let command): command.summary
        case .group(let group): group.summary
        }
    }

    var isHidden: Bool {
        if case .command(let command) = self { command.isHidden } else { false }
    }

    /// The commands that a further word may name.
    var members: [CommandTree] {
        switch self {
        case .command(let command): command.forms.map(CommandTree.command)
        case .group(let group): group.members
        }
    }

    /// All commands in it, each before its forms.
    var commands: [Command] {
        let below = members.flatMap(\.commands)
        if case .command(let command) = self { return [command] + below }
        return below
    }

    /// Follows the words as far as they name something.
    ///
    /// - Returns: What they name, and the words that are left.
    func find(_ words: ArraySlice<String>) -> (tree: CommandTree, rest: ArraySlice<String>) {
        guard let word = words.first, let member = member(named: word) else { return (self, words) }
        return member.find(words.dropFirst())
    }

    private func member(named word: String) -> CommandTree? {
        switch self {
        case .group: members.first { $0.word == word }
        // The wire names of integrations are in mixed case.
        case .command: members.first { $0.word.lowercased() == word.lowercased() }
        }
    }
}
