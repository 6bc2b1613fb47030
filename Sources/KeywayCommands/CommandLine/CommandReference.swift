/// The facts that the manual page and the page on configuration share, derived from the declared commands.
struct CommandReference {
    /// All commands but hidden ones, each before its forms.
    let commands: [Command]

    init(_ tree: CommandTree) {
        commands = tree.commands.filter { !$0.isHidden && !$0.name.isEmpty }
    }

    /// The groups of options that any command shares, each once.
    var sharedOptions: [OptionGroup] {
        var groups: [OptionGroup] = []
        for group in commands.flatMap(\.sharedOptions) where !groups.contains(where: { $0.title == group.title }) {
            groups.append(group)
        }
        return groups
    }

    /// The variables that stand for options, each once, in alphabetical order.
    var optionVariables: [(name: String, usage: String)] {
        var found: [(name: String, usage: String)] = []
        for option in commands.flatMap(\.allOptions) {
            for variable in option.variables where !found.contains(where: { $0.name == variable }) {
                found.append((variable, option.usage))
            }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// The files that commands read without being told, and what is in them.
    static let files: [(path: String, content: String)] = [
        (".keyway/keys.json", "The keys of a server that make run started here."),
        ("$XDG_CONFIG_HOME/keyway/keys.json", "The keys of the user, readable only by the user."),
        ("$XDG_DATA_HOME/keyway", "The data of a server, unless --data-dir says otherwise."),
    ]

    static let masterKeysMeaning = "The content of a master key file, instead of one."
}
