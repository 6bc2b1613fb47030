import DatadogClient

/// The options of one integration, read and ready to be put into a document.
struct ConnectionOptions {
    private let arguments: Arguments
    private let integration: IntegrationInputs

    init(_ arguments: Arguments, _ integration: IntegrationInputs) {
        self.arguments = arguments
        self.integration = integration
    }

    /// Values and entries, by the way to them from the `integration` object.
    struct Changes {
        fileprivate var values: [(path: [String], value: JSONValue)] = []
        fileprivate var entries: [(path: [String], entry: JSONValue)] = []

        func apply(to document: inout JSONValue, at path: [String]) {
            for change in values { document.set(path + change.path, to: change.value) }
            for change in entries { document.setEntry(in: path + change.path, to: change.entry) }
        }
    }

    /// Reads all options, and the files and answers that they ask for.
    func read(by input: inout InputSource) throws(CommandError) -> Changes {
        var changes = Changes()
        for field in integration.inputs {
            guard let option = field.option else { continue }
            switch field.kind {
            case .text: changes.values += arguments.all(option).map { (field.path, .string($0)) }
            case .flag, .secret: break
            case .entries:
                for argument in arguments.all(option) {
                    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    guard parts.count == 2 else { continue }
                    changes.entries.append((field.path, field.entry(String(parts[0]), String(parts[1]))))
                }
            case .secretEntries:
                for argument in arguments.all(option).map(SecretArgument.init) {
                    let question = "\(field.help): \(argument.name)"
                    let secret = try argument.secret(by: &input, asking: question, of: arguments.command)
                    changes.entries.append((field.path, field.entry(argument.name, secret.revealed)))
                }
            }
        }
        guard let option = integration.secretOption else { return changes }
        for argument in arguments.all(option).map(SecretArgument.init) {
            changes.values.append(try secret(argument, by: &input))
        }
        return changes
    }

    private func secret(
        _ argument: SecretArgument,
        by input: inout InputSource
    ) throws(CommandError) -> (path: [String], value: JSONValue) {
        guard let field = integration.inputs.first(where: { $0.kind == .secret && $0.name == argument.name }) else {
            // The name is not repeated: it may be a secret, given where it should not be.
            throw .usage(
                "\(integration.title) has no secret of that name; it has \(integration.secretNames.alternatives)",
                of: arguments.command
            )
        }
        let secret = try argument.secret(by: &input, asking: field.help, of: arguments.command)
        return (field.path, .string(secret.revealed))
    }
}

extension ConnectionInput {
    fileprivate func entry(_ name: String, _ value: String) -> JSONValue {
        var entry: JSONValue = ["name": .string(name)]
        for constant in constants { entry.set([constant.name], to: .string(constant.value)) }
        entry.set(["value"], to: .string(value))
        return entry
    }
}

/// Errors of a connection, in the words of the command line.
enum ConnectionIssues {
    static func error(
        _ issues: [DocumentCheck.Issue],
        of integration: IntegrationInputs?,
        _ command: Command
    ) -> CommandError {
        let lines = issues.map { issue in
            let input = integration?.inputs.first {
                "/data/attributes/integration/" + $0.path.joined(separator: "/") == issue.pointer
            }
            let place =
                input.map { $0.kind == .secret ? $0.name : $0.option.map { "--" + $0.name } ?? $0.name }
                ?? (issue.pointer == "/data/attributes/name" ? "--name" : issue.pointer)
            return "\n  \(place) \(issue.detail)"
        }
        return CommandError(
            .data,
            "the connection is invalid, and nothing was sent:\(lines.joined())",
            try: "keyway \(command.name) --help"
        )
    }
}
