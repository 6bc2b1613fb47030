/// An option of a command: `--data-dir DIR`, or a flag without a value.
struct Option: Sendable {
    let name: String
    /// A short form, `-f` for `f`.
    var letter: Character?
    /// The placeholder of the value in help; `nil` for a flag.
    let placeholder: String?
    let help: String
    var values = Values.any
    /// Whether it may be given more than once.
    var isRepeatable = false
    /// The variables that give a value where the command line gives none; the first that is set counts.
    var variables: [String] = []

    /// The values that an option or an operand takes: completions come from it, and the check of a choice.
    enum Values: Sendable {
        case any
        case file
        case directory
        case oneOf([String])
        /// `NAME`, `NAME=@FILE` or `NAME=-`, never a secret itself; the names are for completions.
        case secret(names: [String])
        /// `NAME=VALUE`; the names are for completions.
        case assignment(names: [String])
    }

    var usage: String {
        let long = placeholder.map { "--\(name) \($0)" } ?? "--\(name)"
        return letter.map { "-\($0), \(long)" } ?? long
    }

    var takesSecrets: Bool {
        if case .secret = values { true } else { false }
    }

    /// Whether a word is this option: `--name`, or its letter.
    func isSpelled(_ word: String) -> Bool {
        word == "--" + name || letter.map { word == "-\($0)" } ?? false
    }

    /// An option that can also be given by a variable of its own: `KEYWAY_DATA_DIR` for `--data-dir`.
    static func setting(_ name: String, _ placeholder: String?, _ help: String, values: Values = .any) -> Option {
        let variable = "KEYWAY_" + name.uppercased().map { $0 == "-" ? "_" : $0 }
        return Option(name: name, placeholder: placeholder, help: help, values: values, variables: [variable])
    }

    static func flag(_ name: String, _ help: String) -> Option {
        Option(name: name, placeholder: nil, help: help)
    }

    static let json = setting("json", nil, "Print one JSON object, for scripts")
}

/// Options that several commands share, under one heading in help.
struct OptionGroup: Sendable {
    let title: String
    let options: [Option]
}

/// A word that follows a command, such as an id.
struct Operand: Sendable {
    /// How help shows it, such as `ID`.
    let name: String
    let help: String
    var isOptional = false
    /// Whether it stands for all words that are left.
    var isRepeatable = false
    var values = Option.Values.any

    var usage: String {
        let name = isRepeatable ? name + "..." : name
        return isOptional ? "[\(name)]" : name
    }
}
