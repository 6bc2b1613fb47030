/// The manual page, in the language of man(7).
enum ManualPage {
    static func text(of tree: CommandTree, version: String) -> String {
        var page = Roff()
        page.line(".TH KEYWAY 1 \"\" \"keyway \(version)\" \"User Commands\"")
        page.section("Name")
        page.text("keyway - " + tree.summary.split(separator: ": ").dropFirst().joined(separator: ": "))
        page.section("Synopsis")
        page.line(".B keyway")
        page.text("COMMAND [OPTIONS]")
        page.section("Description")
        page.paragraph(
            "Each command is described below; keyway COMMAND --help says the same. An option is given as --name VALUE "
                + "or --name=VALUE; -- ends the options."
        )
        page.section("Commands")
        let reference = CommandReference(tree)
        for command in reference.commands { add(command, to: &page) }
        for group in reference.sharedOptions {
            page.section(group.title)
            add(group.options, to: &page)
        }
        page.section("Environment")
        page.paragraph(ServerOptions.discussion)
        for (variable, usage) in reference.optionVariables { page.item(variable, "Stands for \(usage).") }
        page.item(DataLocation.masterKeysVariable, CommandReference.masterKeysMeaning)
        for (variable, meaning) in TracingOptions.variables { page.item(variable, meaning) }
        page.section("Files")
        for (path, content) in CommandReference.files { page.item(path, content) }
        page.section("Exit status")
        page.item("0", "All is done.")
        for code in ExitCode.allCases { page.item("\(code.rawValue)", code.meaning.capitalizedFirst + ".") }
        return page.text
    }

    private static func add(_ command: Command, to page: inout Roff) {
        page.subsection(command.usage)
        page.paragraph(command.summary + ".")
        for paragraph in command.discussion { page.paragraph(paragraph) }
        for operand in command.operands { page.item(operand.usage, operand.help + ".") }
        add(command.options, to: &page)
        if !command.sharedOptions.isEmpty {
            page.paragraph(
                "Further options are in the sections "
                    + command.sharedOptions.map { $0.title.uppercased() }.joined(separator: " and ") + "."
            )
        }
        for example in command.examples { page.example(example) }
    }

    private static func add(_ options: [Option], to page: inout Roff) {
        for option in options { page.item(option.usage, Help.text(of: option) + ".") }
    }
}

/// Text for troff, in which nothing of ours is taken for a request.
private struct Roff {
    private(set) var text = ""

    /// Whether a heading was just written, which begins a paragraph by itself.
    private var isBelowHeading = false

    mutating func line(_ line: String) {
        text += line + "\n"
        isBelowHeading = false
    }

    mutating func subsection(_ title: String) {
        line(".SS " + Self.quoted(title))
        isBelowHeading = true
    }

    mutating func section(_ title: String) {
        line(".SH " + Self.quoted(title.uppercased()))
        isBelowHeading = true
    }

    /// Running text, in lines that a person may read too.
    mutating func text(_ plain: String) {
        for part in TextLayout.wrap(plain, width: 70).split(separator: "\n") { line(Self.escaped(String(part))) }
    }

    mutating func paragraph(_ plain: String) {
        if !isBelowHeading { line(".PP") }
        text(plain)
    }

    mutating func item(_ term: String, _ plain: String) {
        line(".TP")
        line(".B " + Self.quoted(term))
        text(plain)
    }

    mutating func example(_ command: String) {
        line(".PP")
        line(".RS 4")
        line(".nf")
        line(Self.escaped(command))
        line(".fi")
        line(".RE")
    }

    /// An argument of a request.
    static func quoted(_ plain: String) -> String {
        "\"" + escaped(plain).replacing("\"", with: "\\(dq") + "\""
    }

    private static func escaped(_ plain: String) -> String {
        var result = ""
        for character in plain {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "…": result += "..."
            case "'", "`", "^", "~":
                result += ["'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"][character] ?? ""
            default: result.append(character)
            }
        }
        return result.hasPrefix(".") ? "\\&" + result : result
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
