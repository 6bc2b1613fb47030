/// The page on configuration and exit codes in Markdown: `docs/configuration.md`.
struct ConfigurationPage {
    private var parts: [String] = []

    static func text(of tree: CommandTree) -> String {
        var page = ConfigurationPage()
        page.add(CommandReference(tree))
        return page.parts.joined(separator: "\n\n") + "\n"
    }

    private mutating func add(_ reference: CommandReference) {
        // The options of forms are fields of the API's documents.
        let forms = Set(reference.commands.flatMap(\.forms).map(\.name))
        let commands = reference.commands.filter { !forms.contains($0.name) }
        parts += [
            "# Configuration and exit codes",
            "<!-- `keyway man configuration` makes this page from the declared commands; `make lint` compares it. -->",
            "An option is given as `--name VALUE` or `--name=VALUE`. Most can also be given by a variable; the command line\n"
                + "wins. A flag's variable counts as given unless it is empty, `false`, `0`, `no` or `off`.\n"
                + "`keyway COMMAND --help` and `keyway man` say the same.",
            "- [The server and its data](#the-server-and-its-data)\n- [Commands over HTTP](#commands-over-http)\n"
                + "- [Variables](#variables)\n- [Files](#files)\n- [Exit codes](#exit-codes)",
            "## The server and its data",
        ]
        for command in commands where !command.speaksHTTP { add(command) }
        parts += ["## Commands over HTTP", ServerOptions.discussion]
        for group in reference.sharedOptions { parts += ["### \(group.title)", Self.table(group.options)] }
        for command in commands where command.speaksHTTP { add(command) }
        parts += ["## Variables", Self.table(["variable", ""], Self.variables(reference))]
        parts += [
            "## Files", Self.table(["file", ""], CommandReference.files.map { [Self.code($0.path), $0.content] }),
        ]
        let codes = ExitCode.allCases.map { ["\($0.rawValue)", $0.meaning] }
        parts += ["## Exit codes", "From 64 on these are the codes of sysexits.h."]
        parts.append(Self.table(["code", ""], [["0", "done"]] + codes))
    }

    /// A command's own options; nothing for a command that has none.
    private mutating func add(_ command: Command) {
        guard !command.options.isEmpty else { return }
        parts += ["### `keyway \(command.name)`", command.summary + ".", Self.table(command.options)]
    }

    private static func variables(_ reference: CommandReference) -> [[String]] {
        reference.optionVariables.map { [code($0.name), "stands for \(code($0.usage))"] } + [
            [code(DataLocation.masterKeysVariable), CommandReference.masterKeysMeaning],
            [code("DD_API_KEY") + ", " + code("DD_APP_KEY"), "The keys of a client."],
            [code("DD_SITE"), "The server of a client, as for the official clients: a URL or a site."],
            [code("AWS_ACCESS_KEY_ID") + " …", "The server's own credentials at AWS: see [Acting](acting.md#aws)."],
        ] + TracingOptions.variables.map { [code($0.name), $0.meaning] }
    }

    private static func table(_ options: [Option]) -> String {
        table(
            ["option", "variable", ""],
            options.map { [code($0.usage), $0.variables.map(code).joined(separator: ", "), $0.help] }
        )
    }

    private static func table(_ titles: [String], _ rows: [[String]]) -> String {
        let lines = ([titles, titles.map { _ in "---" }] + rows).map { cells in
            cells.map { $0.isEmpty ? "| " : "| \($0.replacing("|", with: "\\|")) " }.joined() + "|"
        }
        return lines.joined(separator: "\n")
    }

    private static func code(_ text: String) -> String { "`\(text)`" }
}

extension Command {
    fileprivate var speaksHTTP: Bool { sharedOptions.contains { $0.title == ServerOptions.title } }
}
