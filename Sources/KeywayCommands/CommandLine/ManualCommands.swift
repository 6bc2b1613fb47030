import KeywayServer

extension Command {
    private static let shell = Operand(
        name: "SHELL",
        help: "bash, zsh or fish",
        values: .oneOf(ShellScript.allCases.map(\.rawValue))
    )

    static let completions = Command(
        name: "completions",
        summary: "Print a script by which a shell completes commands, options and their values",
        operands: [shell],
        forms: [candidates],
        examples: ShellScript.allCases.map(\.installation)
    ) { arguments in
        try Terminal.print(ShellScript(rawValue: arguments[shell])?.text ?? "")
    }

    private static let current = Operand(name: "WORD", help: "The word that is being typed")
    private static let before = Operand(
        name: "BEFORE",
        help: "The words before it, without the program's own",
        isOptional: true,
        isRepeatable: true
    )

    /// The command that the shells' scripts call.
    private static let candidates = Command(
        name: "completions candidates",
        summary: "Print what may follow on a command line",
        operands: [current, before],
        examples: ["keyway completions candidates se"],
        isHidden: true
    ) { arguments in
        let completion = Completion(
            after: arguments.all(before),
            word: arguments[current],
            in: KeywayCommand.tree
        )
        try Terminal.print(completion.text)
    }

    static let manual = Command(
        name: "man",
        summary: "Print the manual page",
        forms: [configuration],
        examples: ["keyway man | man -l -", "keyway man > /usr/local/share/man/man1/keyway.1"]
    ) { _ in
        try Terminal.print(ManualPage.text(of: KeywayCommand.tree, version: KeywayVersion.current))
    }

    /// The command that makes `docs/configuration.md`.
    private static let configuration = Command(
        name: "man configuration",
        summary: "Print the page on configuration and exit codes in Markdown",
        examples: ["keyway man configuration > docs/configuration.md"],
        isHidden: true
    ) { _ in
        try Terminal.print(ConfigurationPage.text(of: KeywayCommand.tree))
    }
}
