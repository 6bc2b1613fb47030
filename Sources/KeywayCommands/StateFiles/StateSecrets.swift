import DatadogClient

/// The secrets that are given to `keyway apply`, by file and place. None is ever printed.
struct StateSecrets: Sendable {
    static let fileOption = Option(
        name: "secrets",
        placeholder: "FILE",
        help: "JSON of secrets, readable only by you: {\"connections/x.json\": {\"api_token\": \"…\"}}",
        values: .file
    )
    static let option = Option(
        name: "secret",
        placeholder: "FILE:FIELD[=@PATH]",
        help: "One secret from a file, or from standard input by =-",
        values: .secret(names: []),
        isRepeatable: true
    )

    /// A secret as it was named.
    private struct Given {
        let file: String
        let field: String
        /// `nil` if it is to be asked for.
        let secret: Secret?
    }

    private var given: [Given] = []

    init(_ arguments: Arguments) throws(CommandError) {
        if let path = arguments[Self.fileOption] { given = try Self.secrets(inFile: path) }
        var input = InputSource()
        for word in arguments.all(Self.option) {
            given.append(try Self.secret(word, by: &input, of: arguments.command))
        }
    }

    /// Checks that each secret has a place in a state file.
    ///
    /// - Throws: ``CommandError`` with every one that has none, or more than one.
    func check(against files: [StateFile]) throws(CommandError) {
        let issues = given.compactMap { given -> String? in
            let file = files.first { $0.name == given.file }
            let slots = file?.document.slots ?? []
            let count = slots.count { $0.isNamed(given.field) }
            guard count != 1 else { return nil }
            // Without a source it may be a secret that stands there.
            guard given.secret != nil else {
                return "a --secret without =@PATH or =- names no secret of the state files"
            }
            guard file != nil else { return "\(given.file) is no state file" }
            let issue = count == 0 ? "has no such secret as" : "has more than one"
            let names = slots.isEmpty ? "none" : slots.map(\.address).joined(separator: ", ")
            return "\(given.file) \(issue) `\(given.field)`: it has \(names)"
        }
        guard issues.isEmpty else { throw CommandError(.data, issues.joined(separator: "\n")) }
    }

    /// The secrets that a plan needs, by the files and the addresses of their places: those that were given, and for
    /// the others what a person answers.
    ///
    /// - Throws: ``CommandError`` with all that are missing, if nobody is there to ask.
    func collect(for plan: StatePlan) throws(CommandError) -> [String: [String: Secret]] {
        var secrets: [String: [String: Secret]] = [:]
        var missing: [(file: String, slot: SecretSlot)] = []
        for step in plan.changes {
            guard let file = step.file else { continue }
            for slot in step.neededSecrets {
                if let secret = given.last(where: { $0.file == file && slot.isNamed($0.field) })?.secret {
                    secrets[file, default: [:]][slot.address] = secret
                } else {
                    missing.append((file, slot))
                }
            }
        }
        guard !missing.isEmpty else { return secrets }
        guard let prompt = Prompt() else { throw Self.missing(missing) }
        for (file, slot) in missing {
            let question = "\(file): \(slot.help)\(slot.isRequired ? "" : ", empty for none")"
            var answer = try prompt.secret(question)
            while slot.isRequired, answer.isEmpty { answer = try prompt.secret(question) }
            secrets[file, default: [:]][slot.address] = Secret(answer)
        }
        return secrets
    }

    private static func missing(_ missing: [(file: String, slot: SecretSlot)]) -> CommandError {
        let list = missing.map { "\n  \($0.file):\($0.slot.address)" }.joined()
        return CommandError(
            .usage,
            "these secrets are needed, and there is no terminal to ask on:\(list)",
            try: "--secrets FILE with {\"\(missing[0].file)\": {\"\(missing[0].slot.address)\": \"…\"}}"
        )
    }

    private static func secrets(inFile path: String) throws(CommandError) -> [Given] {
        let data = try PrivateFile.read(path, holding: "secrets")
        let shape = "\(path) must be a JSON object of objects: state files, their fields, and the secrets as strings"
        guard case .object(let files)? = try? JSONValue(parsing: data) else { throw CommandError(.input, shape) }
        var given: [Given] = []
        for file in files.members {
            guard case .object(let fields) = file.value else { throw CommandError(.input, shape) }
            for field in fields.members {
                guard let secret = field.value.text else { throw CommandError(.input, shape) }
                InputSource.warnOfWhiteSpace(around: secret, from: "\(path), \(file.name):\(field.name),")
                given.append(Given(file: file.name, field: field.name, secret: Secret(secret)))
            }
        }
        return given
    }

    /// A secret that an argument names, and tells the source of.
    private static func secret(
        _ word: String,
        by input: inout InputSource,
        of command: Command
    ) throws(CommandError) -> Given {
        let argument = SecretArgument(word)
        guard let colon = argument.name.lastIndex(of: ":") else {
            throw .usage("--secret must be FILE:FIELD=@PATH, or FILE:FIELD=- for standard input", of: command)
        }
        let field = argument.name[argument.name.index(after: colon)...]
        let secret = try argument.path.map { path throws(CommandError) in try input.secret(path, for: "--secret") }
        return Given(file: String(argument.name[..<colon]), field: String(field), secret: secret)
    }
}
