/// The candidates for the next word of a command line that is being typed; the shells' scripts ask for it.
struct Completion: Equatable {
    /// Words and what they are.
    var candidates: [Candidate] = []
    /// Whether the shell is to offer files or directories as well.
    var paths = Paths.none

    struct Candidate: Equatable {
        let word: String
        let help: String
    }

    enum Paths: String {
        case none, files, directories
    }

    /// - Parameters:
    ///   - words: The words before the one that is being typed, without the program's name.
    ///   - word: The word that is being typed, as far as it is.
    ///   - tree: All commands.
    init(after words: [String], word: String, in tree: CommandTree) {
        let (place, rest) = tree.find(words[...])
        switch place {
        case .group:
            guard rest.isEmpty else { return }
            add(Help.visible(place.members).map { Candidate(word: $0.word, help: $0.summary) }, matching: word)
            add([.help], matching: word)
        case .command(let command): complete(command, after: rest, word: word)
        }
    }

    private mutating func complete(_ command: Command, after words: ArraySlice<String>, word: String) {
        let given = command.given(in: words)
        if let option = given.unfinished { return add(option.values, matching: word) }
        if word.hasPrefix("--"), let sign = word.firstIndex(of: "=") {
            let spelling = word[..<sign]
            guard let option = command.allOptions.first(where: { $0.isSpelled(String(spelling)) }) else { return }
            var values = Completion()
            values.add(option.values, matching: String(word[word.index(after: sign)...]))
            candidates = values.candidates.map { Candidate(word: "\(spelling)=\($0.word)", help: $0.help) }
            paths = values.paths
            return
        }
        if word.hasPrefix("-") {
            let free = command.allOptions.filter { $0.isRepeatable || !given.options.contains($0.name) }
            add(free.map { Candidate(word: "--" + $0.name, help: $0.help) } + [.help], matching: word)
        } else {
            if words.isEmpty {
                add(
                    command.forms.filter { !$0.isHidden }.map {
                        Candidate(word: $0.word.lowercased(), help: $0.summary)
                    },
                    matching: word
                )
            }
            if command.operands.indices.contains(given.operands) {
                add(command.operands[given.operands].values, matching: word)
            }
        }
    }

    private init() {}

    private mutating func add(_ more: [Candidate], matching word: String) {
        candidates += more.filter { $0.word.hasPrefix(word.lowercased()) || $0.word.hasPrefix(word) }
    }

    private mutating func add(_ values: Option.Values, matching word: String) {
        switch values {
        case .any: break
        case .file: paths = .files
        case .directory: paths = .directories
        case .oneOf(let choices): add(choices.map { Candidate(word: $0, help: "") }, matching: word)
        case .secret(let names):
            add(names.map { Candidate(word: $0, help: "to be asked; \($0)=@FILE reads a file") }, matching: word)
        case .assignment(let names): add(names.map { Candidate(word: $0 + "=", help: "") }, matching: word)
        }
    }

    /// One line for each candidate, a tab between word and help, after a line that says which paths to offer.
    var text: String {
        ([paths.rawValue] + candidates.map { "\($0.word)\t\($0.help)" }).joined(separator: "\n") + "\n"
    }
}

extension Completion.Candidate {
    fileprivate static let help = Completion.Candidate(word: "--help", help: "Show help")
}

/// The words of a command line so far.
private struct GivenWords {
    var options: Set<String> = []
    var operands = 0
    /// The option whose value comes next.
    var unfinished: Option?
}

extension Command {
    /// Tells the words that follow the command's name apart.
    fileprivate func given(in words: ArraySlice<String>) -> GivenWords {
        words.reduce(into: GivenWords()) { given, word in
            if given.unfinished != nil {
                given.unfinished = nil
            } else if !word.hasPrefix("-") || word == "-" {
                given.operands += 1
            } else if let option = allOptions.first(where: { $0.isSpelled(String(word.prefix { $0 != "=" })) }) {
                given.options.insert(option.name)
                if option.placeholder != nil, !word.contains("=") { given.unfinished = option }
            }
        }
    }
}
