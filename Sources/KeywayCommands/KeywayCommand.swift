import KeywayServer
import Storage

/// The `keyway` program.
package enum KeywayCommand {
    /// All commands, declared.
    static let tree: CommandTree = .group(
        CommandGroup(
            name: "",
            summary: "keyway: a self-hosted home for action connections",
            members: [
                .command(.initialize), .command(.serve),
                .group(
                    CommandGroup(
                        name: "orgs",
                        summary: "Organisations of a server that is stopped",
                        members: [.command(.createOrganization)]
                    )
                ),
                .group(
                    CommandGroup(
                        name: "audit",
                        summary: "The audit log, and the proof that it is whole",
                        members: [
                            .command(.auditEvents), .command(.auditHead), .command(.auditExport),
                            .command(.auditVerify),
                        ]
                    )
                ),
                .command(.backup), .command(.restore), .command(.recover), .command(.rotateMasterKey),
                .group(
                    CommandGroup(
                        name: "seal",
                        summary: "The seal of the stored secrets",
                        members: [.command(.sealCheck)]
                    )
                ),
                .command(.migrate),
                .group(
                    CommandGroup(
                        name: "store",
                        summary: "The store, and what is wrong with it",
                        members: [.command(.checkStore)]
                    )
                ),
                .command(.act), .command(.runWithToken), .command(.agentRelay), .group(.actTokens),
                .group(.connections),
                .group(.applicationKeys), .group(.aws), .group(.apiKeys), .group(.users), .group(.issuers),
                .group(.webhooks),
                .command(.validate), .command(.export), .command(.apply), .command(.completions), .command(.manual),
            ]
        )
    )

    /// Runs the command that the arguments name.
    ///
    /// - Parameter arguments: Without the program's own name.
    /// - Returns: The exit code.
    package static func run(_ arguments: [String]) async -> Int32 {
        ProcessProtection.apply()
        do {
            return try await perform(arguments)
        } catch let error as CommandError {
            Terminal.printError("keyway: \(error.message)")
            return error.code.rawValue
        } catch let error as StoreError {
            Terminal.printError("keyway: \(error.reason)")
            return ExitCode.unavailable.rawValue
        } catch {
            Terminal.printError("keyway: \(error)")
            return ExitCode.internal.rawValue
        }
    }

    private static func perform(_ arguments: [String]) async throws -> Int32 {
        if arguments == ["--version"] {
            try Terminal.print("keyway \(KeywayVersion.current)\n")
            return 0
        }
        let asksForHelp = arguments.first == "help"
        let (place, rest) = tree.find(arguments[(asksForHelp ? 1 : 0)...])
        switch place {
        case .command(let command):
            if asksForHelp && rest.isEmpty || rest.prefix(while: { $0 != "--" }).contains(where: isHelp) {
                try Terminal.print(Help.text(of: place))
            } else {
                try await command.run(Arguments(rest, for: command))
            }
            return 0
        case .group(let group):
            guard let word = rest.first else {
                if !asksForHelp, !group.name.isEmpty { throw CommandError(missingWordOf: group) }
                try Terminal.print(Help.text(of: place))
                return asksForHelp ? 0 : ExitCode.usage.rawValue
            }
            guard isHelp(word) else { throw CommandError(unknown: word, in: group) }
            try Terminal.print(Help.text(of: place))
            return 0
        }
    }

    private static func isHelp(_ word: String) -> Bool { word == "--help" || word == "-h" }
}

extension CommandError {
    fileprivate init(missingWordOf group: CommandGroup) {
        let names = Help.visible(group.members).map(\.name).joined(separator: ", ")
        self.init(.usage, "`\(group.typed)` needs a further word: \(names)", try: "\(group.typed) --help")
    }

    fileprivate init(unknown word: String, in group: CommandGroup) {
        let typed = group.name.isEmpty ? word : "\(group.name) \(word)"
        let names = Help.visible(group.members).map(\.word)
        guard let suggestion = Suggestion.closest(to: word, among: names) else {
            self.init(.usage, "there is no command `\(typed)`", try: "\(group.typed) --help")
            return
        }
        self.init(
            .usage,
            "there is no command `\(typed)`; did you mean `\(suggestion)`?",
            try: "\(group.typed) \(suggestion) --help"
        )
    }
}
