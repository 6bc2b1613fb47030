/// The arguments of a command.
struct Arguments: Sendable {
    let command: Command
    private let operands: [String: [String]]
    private let values: [String: [String]]
    private let given: Set<String>

    /// Reads what follows the command's name.
    ///
    /// - Throws: ``CommandError`` that names the word that is not understood; it never quotes a secret.
    init(_ words: some Sequence<String>, for command: Command) throws(CommandError) {
        var reader = ArgumentReader(command, words)
        try reader.read()
        self.command = command
        operands = reader.operands
        values = reader.values
        given = reader.given
    }

    /// The value of an option, or `nil` if it was not given.
    subscript(option: Option) -> String? { values[option.name]?.last }

    /// All values of an option that may be given more than once.
    func all(_ option: Option) -> [String] { values[option.name] ?? [] }

    /// An operand; `""` if it is optional and was not given.
    subscript(operand: Operand) -> String { operands[operand.name]?.first ?? "" }

    /// All words of an operand that may be repeated.
    func all(_ operand: Operand) -> [String] { operands[operand.name] ?? [] }

    /// Whether an option was given as such, not by a variable.
    func isOnCommandLine(_ option: Option) -> Bool { given.contains(option.name) }

    /// Whether a flag is set.
    func has(_ flag: Option) -> Bool {
        guard let value = self[flag] else { return false }
        return !["false", "0", "no", "off"].contains(value.lowercased())
    }

    /// A whole number from 1 on, or `nil` if it was not given.
    func count(_ option: Option) throws(CommandError) -> Int? {
        guard let text = self[option] else { return nil }
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let number = Int(text), number > 0
        else { throw .usage("--\(option.name) must be a whole number from 1 on", of: command) }
        return number
    }
}

/// Reads the words of one command line.
private struct ArgumentReader {
    let command: Command
    var rest: ArraySlice<String>
    var operands: [String: [String]] = [:]
    var values: [String: [String]] = [:]
    var given: Set<String> = []

    init(_ command: Command, _ words: some Sequence<String>) {
        self.command = command
        rest = Array(words)[...]
    }

    mutating func read() throws(CommandError) {
        var endsOptions = false
        while let word = rest.popFirst() {
            if endsOptions || !word.hasPrefix("-") || word == "-" {
                try take(operand: word)
            } else if word == "--" {
                endsOptions = true
            } else {
                try take(option: word)
            }
        }
        given = Set(values.keys)
        for option in command.allOptions where values[option.name] == nil {
            guard let value = option.variables.lazy.compactMap({ Environment[$0] }).first else { continue }
            try check(value, of: option)
            values[option.name] = [value]
        }
        let missing = command.operands.filter { !$0.isOptional && operands[$0.name] == nil }.map(\.name)
        if !missing.isEmpty {
            throw .usage("keyway \(command.name) needs \(missing.joined(separator: " "))", of: command)
        }
    }

    private mutating func take(operand word: String) throws(CommandError) {
        guard let operand = command.operands.first(where: { $0.isRepeatable || operands[$0.name] == nil }) else {
            if let form = Suggestion.closest(to: word.lowercased(), among: command.forms.map { $0.word.lowercased() }) {
                throw .usage("there is no `keyway \(command.name) \(word)`; did you mean `\(form)`?", of: command)
            }
            // Where secrets are about, a stray word may be one.
            let stray = command.allOptions.contains(where: \.takesSecrets) ? "further argument" : "argument `\(word)`"
            throw .usage("keyway \(command.name) takes no \(stray)", of: command)
        }
        if case .oneOf(let choices) = operand.values, !choices.contains(word) {
            throw .usage("\(operand.name) must be \(choices.alternatives)", of: command)
        }
        operands[operand.name, default: []].append(word)
    }

    private mutating func take(option word: String) throws(CommandError) {
        let spelling = String(word.prefix { $0 != "=" })
        guard let option = command.allOptions.first(where: { $0.isSpelled(spelling) }) else {
            let names = command.allOptions.map { "--" + $0.name }
            let suggestion = Suggestion.closest(to: spelling, among: names).map { "; did you mean \($0)?" } ?? ""
            throw .usage("keyway \(command.name) has no option \(spelling)\(suggestion)", of: command)
        }
        let isGiven = values[option.name] != nil
        guard option.isRepeatable || !isGiven else { throw .usage("--\(option.name) is given twice", of: command) }
        let inline = word.utf8.count > spelling.utf8.count ? String(word.dropFirst(spelling.count + 1)) : nil
        if option.placeholder == nil {
            guard inline == nil else { throw .usage("--\(option.name) takes no value", of: command) }
            values[option.name] = ["true"]
        } else if let value = inline ?? rest.popFirst() {
            try check(value, of: option)
            values[option.name, default: []].append(value)
        } else {
            throw .usage("--\(option.name) needs a value: \(option.usage)", of: command)
        }
    }

    private func check(_ value: String, of option: Option) throws(CommandError) {
        switch option.values {
        case .oneOf(let choices):
            guard !choices.contains(value) else { return }
            throw .usage("--\(option.name) must be \(choices.alternatives)", of: command)
        case .secret(let names):
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1] != "-", parts[1].count < 2 || !parts[1].hasPrefix("@") else { return }
            // What stands before the sign may be the first part of a secret too.
            let name = names.first { $0 == parts[0] } ?? "NAME"
            throw .usage(
                "a secret is never given as an argument, where the list of processes and the shell's history show it: "
                    + "write \(name)=@FILE, \(name)=- for standard input, or plain \(name) to be asked",
                of: command
            )
        case .assignment:
            guard !value.contains("=") || value.hasPrefix("=") else { return }
            throw .usage("--\(option.name) must be \(option.placeholder ?? "NAME=VALUE")", of: command)
        case .any, .file, .directory: break
        }
    }
}

extension [String] {
    /// The texts as a sentence has them: `table, json or yaml`.
    var alternatives: String {
        count < 2 ? joined() : dropLast().joined(separator: ", ") + " or " + self[count - 1]
    }
}
