import Testing

@testable import KeywayCommands

@Suite("The declarations of commands")
struct DeclarationTests {
    @Test(
        "have one option of a name, of a letter and of a variable",
        arguments: KeywayCommand.tree.commands.map(\.name)
    )
    func options(_ name: String) throws {
        let options = try #require(KeywayCommand.tree.commands.first { $0.name == name }).allOptions
        #expect(Set(options.map(\.name)).count == options.count)
        #expect(Set(options.compactMap(\.letter)).count == options.compactMap(\.letter).count)
        #expect(Set(options.flatMap(\.variables)).count == options.flatMap(\.variables).count)
        for option in options { #expect(option.help.last != ".", "\(option.name)") }
    }

    @Test("are found by the words of their names", arguments: KeywayCommand.tree.commands.map(\.name))
    func words(_ name: String) throws {
        let words = name.split(separator: " ").map(String.init)
        let (tree, rest) = KeywayCommand.tree.find(words[...])
        #expect(tree.name == name)
        #expect(rest.isEmpty)
        // An option ends the search, and so does a word that names nothing.
        #expect(KeywayCommand.tree.find((words + ["--help", "list"])[...]).rest == ["--help", "list"])
    }

    @Test(
        "have a form for each integration, whatever the case of its name",
        arguments: IntegrationInputs.all.map(\.type)
    )
    func integrations(_ type: String) throws {
        let (tree, _) = KeywayCommand.tree.find(["connections", "create", type][...])
        #expect(tree.name == "connections create \(type.lowercased())")
    }

    @Test("give no option for a secret's value, and take none from a variable")
    func secrets() {
        let secrets = Set(IntegrationInputs.allSecretNames).union(["secret_access_key"])
        for option in KeywayCommand.tree.commands.flatMap(\.allOptions) {
            #expect(!secrets.contains(String(option.name.map { $0 == "-" ? "_" : $0 })), "\(option.name)")
            if option.takesSecrets { #expect(option.variables.isEmpty, "\(option.name)") }
        }
    }
}

@Suite("A misspelt word")
struct SuggestionTests {
    private static let words = ["serve", "orgs", "connections", "app-keys", "api-keys", "validate"]

    @Test(
        "is taken for what it is most like",
        arguments: [
            ("sevre", "serve"), ("connection", "connections"), ("conections", "connections"), ("ap-keys", "app-keys"),
            ("apikeys", "api-keys"), ("vlaidate", "validate"), ("valid", "validate"), ("org", "orgs"),
        ]
    )
    func close(_ word: String, _ meant: String) {
        #expect(Suggestion.closest(to: word, among: Self.words) == meant)
    }

    @Test("is taken for nothing that it is not like", arguments: ["", "x", "paint", "--help", "deploy", "keys"])
    func far(_ word: String) {
        #expect(Suggestion.closest(to: word, among: Self.words) == nil)
    }
}

@Suite("Completions")
struct CompletionTests {
    private static func words(_ before: [String], _ word: String) -> [String] {
        Completion(after: before, word: word, in: KeywayCommand.tree).candidates.map(\.word)
    }

    @Test(
        "offer what may follow, and nothing else",
        arguments: [
            ([], "ser", ["serve"]),
            (
                ["connections"], "",
                ["list", "get", "create", "update", "delete", "test", "uses", "settings", "access", "--help"]
            ),
            (["connections", "settings"], "", ["get", "put", "--help"]),
            (["connections", "create"], "A", ["aws", "anthropic", "asana", "azure"]),
            (["connections", "create", "OKTA"], "--d", ["--domain"]),
            (["connections", "create", "okta", "--domain"], "", []),
            (["connections", "create", "okta", "--name", "--domain"], "--d", ["--domain"]),
            (["connections", "create", "okta", "--domain=x"], "--d", []),
            (["connections", "list", "-o"], "", ["table", "json", "yaml"]),
            (["connections", "list"], "--output=y", ["--output=yaml"]),
            (["connections", "update", "id", "--set"], "dom", ["domain="]),
            (["completions"], "f", ["fish"]),
            (["completions", "fish"], "", []),
            (["nonsense"], "", []),
            (["nonsense"], "--", []),
        ] as [([String], String, [String])]
    )
    func candidates(_ before: [String], _ word: String, _ expected: [String]) {
        #expect(Self.words(before, word) == expected)
    }

    @Test("leave files and directories to the shell")
    func paths() {
        let file = Completion(after: ["serve", "--tls-cert"], word: "x", in: KeywayCommand.tree)
        #expect(file.paths == .files)
        let directory = Completion(after: ["serve"], word: "--data-dir=x", in: KeywayCommand.tree)
        #expect(directory.paths == .directories)
    }

    @Test("stand one to a line, behind what the shell has to add")
    func text() {
        let completion = Completion(after: ["connections"], word: "ge", in: KeywayCommand.tree)
        #expect(completion.text == "none\nget\tShow one connection, without its secrets\n")
    }
}
