/// One command of `keyway`, declared once: parsing, help and errors come from it.
struct Command: Sendable {
    /// One word or two: `serve`, `orgs create`.
    let name: String
    /// What it does, in one line.
    let summary: String
    /// What a user has to know besides, in paragraphs.
    var discussion: [String] = []
    /// A word that must follow the command, as help shows it.
    var operand: String?
    let options: [Option]
    let example: String
    let run: @Sendable (Arguments) async throws -> Void

    var words: [String] { name.split(separator: " ").map(String.init) }

    var usage: String { ["keyway", name, operand, "[OPTIONS]"].compactMap { $0 }.joined(separator: " ") }
}

/// An option of a command: `--data-dir DIR`, or a flag without a value.
///
/// Each can also be given by an environment variable, `KEYWAY_DATA_DIR`; what stands on the command line wins.
struct Option: Sendable {
    let name: String
    /// What stands for the value in help; `nil` for a flag.
    let placeholder: String?
    let help: String

    static let json = Option(name: "json", placeholder: nil, help: "Print one JSON object, for scripts")

    var environmentVariable: String {
        "KEYWAY_" + name.uppercased().map { $0 == "-" ? "_" : $0 }
    }

    var usage: String {
        placeholder.map { "--\(name) \($0)" } ?? "--\(name)"
    }
}

/// What was given to a command.
struct Arguments: Sendable {
    /// What stands for the command's operand; empty if it has none.
    let operand: String
    private let values: [String: String]

    /// Reads what follows the command's name.
    ///
    /// - Throws: ``CommandError`` that names the word that is not understood.
    init(_ words: some Sequence<String>, for command: Command) throws(CommandError) {
        var values: [String: String] = [:]
        for option in command.options {
            if let value = Environment[option.environmentVariable] { values[option.name] = value }
        }
        var given: Set<String> = []
        var operand: String?
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else {
                if command.operand != nil, operand == nil {
                    operand = word
                    continue
                }
                throw .usage("keyway \(command.name) takes no argument `\(word)`", of: command)
            }
            let name = word.dropFirst(2).prefix { $0 != "=" }
            guard let option = command.options.first(where: { $0.name == name }) else {
                throw .usage("keyway \(command.name) has no option --\(name)", of: command)
            }
            guard given.insert(option.name).inserted else {
                throw .usage("--\(name) is given twice", of: command)
            }
            let inline = word.contains("=") ? String(word.dropFirst(name.count + 3)) : nil
            if option.placeholder == nil {
                guard inline == nil else { throw .usage("--\(name) takes no value", of: command) }
                values[option.name] = "true"
            } else if let value = inline ?? rest.popFirst() {
                values[option.name] = value
            } else {
                throw .usage("--\(name) needs a value: \(option.usage)", of: command)
            }
        }
        if let name = command.operand, operand == nil {
            throw .usage("keyway \(command.name) needs \(name)", of: command)
        }
        self.operand = operand ?? ""
        self.values = values
    }

    subscript(option: Option) -> String? { values[option.name] }

    /// Whether a flag is set.
    func has(_ flag: Option) -> Bool {
        guard let value = values[flag.name] else { return false }
        return !["false", "0", "no", "off"].contains(value.lowercased())
    }
}
