import DatadogClient

extension Command {
    static let createConnection = Command(
        name: "connections create",
        summary: "Create a connection: give its integration and the values that it needs",
        discussion: [
            "At a terminal, missing values are asked for, secrets without showing them. Each integration has its own "
                + "options: keyway connections create openai --help shows what OpenAI needs.",
            "Secrets are never arguments, which the list of processes shows: they are asked for, read from files, or "
                + "from standard input.",
        ],
        options: ConnectionCreation.options + [ConnectionCreation.secret],
        sharedOptions: [Output.options, ServerOptions.group],
        forms: IntegrationInputs.all.map(ConnectionCreation.command),
        examples: [
            "keyway connections create openai --name Support",
            "keyway connections create okta --name Okta --domain acme.okta.com --secret api_token=@token.txt",
            "keyway connections create --from-file connection.json",
        ]
    ) { arguments in
        var creation = try ConnectionCreation(arguments, of: nil)
        try await creation.run()
    }
}

/// Performs `keyway connections create`.
struct ConnectionCreation {
    static let name = Option(name: "name", placeholder: "NAME", help: "Name of the connection")
    static let tag = Option(
        name: "tag",
        placeholder: "KEY:VALUE",
        help: "A tag; may be given more than once",
        isRepeatable: true
    )
    static let options = [name, tag, .fromFile]
    /// For an integration that the file names.
    fileprivate static let secret = Option.secret(
        IntegrationInputs.allSecretNames,
        "A secret, instead of the file's: NAME=- reads standard input, plain NAME asks"
    )

    private static let integrationPath = ["data", "attributes", "integration"]

    private let arguments: Arguments
    private var command: Command { arguments.command }
    private let session: ClientSession
    private var integration: IntegrationInputs?
    private var input = InputSource()
    private var document: JSONValue = ["data": ["type": "action_connection", "attributes": [:]]]
    /// The values that are still missing, and how to give them.
    private var missing: [(what: String, advice: String)] = []

    /// The form of the command for one integration.
    static func command(_ integration: IntegrationInputs) -> Command {
        let name = "connections create \(integration.type.lowercased())"
        return Command(
            name: name,
            summary: "Create a connection to \(integration.title)",
            discussion: discussion(of: integration),
            options: options + integration.options,
            sharedOptions: [Output.options, ServerOptions.group],
            examples: ["keyway \(name) --name \"\(integration.title)\"\(integration.exampleOptions)"]
        ) { arguments in
            var creation = try ConnectionCreation(arguments, of: integration)
            try await creation.run()
        }
    }

    private static func discussion(of integration: IntegrationInputs) -> [String] {
        guard integration.credentials.count > 1 else {
            return ["Authentication: \(integration.credentials[0].help)."]
        }
        return ["There are several ways to authenticate; --credentials, or the other options, choose one."]
    }

    init(_ arguments: Arguments, of integration: IntegrationInputs?) throws(CommandError) {
        self.arguments = arguments
        self.integration = integration
        session = try ClientSession(arguments)
    }

    mutating func run() async throws {
        try assemble()
        let issues = DocumentCheck.issues(inNewConnection: document.bytes)
        guard issues.isEmpty else { throw ConnectionIssues.error(issues, of: integration, command) }
        let new: NewConnection
        do {
            new = try NewConnection(json: document["data"] ?? .null)
        } catch {
            throw CommandError(.data, "the connection can't be sent: \(error)")
        }
        let session = session
        try session.show(try await session.perform("Creating") { try await session.client.connections.create(new) })
    }

    /// Puts the document together from the file, the options and the answers.
    private mutating func assemble() throws(CommandError) {
        if let path = arguments[.fromFile] { document = try input.document(path) }
        if let name = arguments[Self.name] { document.set(["data", "attributes", "name"], to: .string(name)) }
        let tags = arguments.all(Self.tag)
        if !tags.isEmpty {
            document.set(["data", "attributes", "tags"], to: .array(tags.map { .string($0) }))
        }
        try chooseIntegration()
        try requireName()
        if integration == nil, !arguments.all(Self.secret).isEmpty {
            throw .usage("no integration is known that --secret is for: name it, or give all by the file", of: command)
        }
        if let integration {
            document.set(Self.integrationPath + ["type"], to: .string(integration.type))
            try applyOptions(of: integration)
            if let credentials = try chooseCredentials(of: integration) {
                try require(integration.inputs(ofCredentials: credentials))
            }
        }
        guard missing.isEmpty else {
            let list = missing.map { "\n  \($0.what): \($0.advice)" }.joined()
            throw .usage("this is missing, and there is no terminal to ask on:\(list)", of: command)
        }
    }

    /// The integration of the command, or of the file; where there is neither, asks for it.
    private mutating func chooseIntegration() throws(CommandError) {
        let given = document[path: Self.integrationPath + ["type"]]?.text
        if let integration {
            guard given == nil || given == integration.type else {
                throw CommandError(.data, "the file is about another integration than \(integration.type)")
            }
        } else if let given {
            // An integration that only the server knows passes as it is.
            integration = IntegrationInputs.all.first { $0.type == given }
        } else if let prompt = Prompt() {
            let choices = IntegrationInputs.all.map { (value: $0.type, help: $0.title) }
            integration = .named(try prompt.choice("Integration", among: choices))
        } else {
            missing.append(("the integration", "keyway connections create NAME, such as openai, or --from-file FILE"))
        }
    }

    private mutating func requireName() throws(CommandError) {
        guard document[path: ["data", "attributes", "name"]] == nil else { return }
        if let prompt = Prompt() {
            let name = try prompt.requiredText("Name of the connection")
            document.set(["data", "attributes", "name"], to: .string(name))
        } else {
            missing.append(("its name", Self.name.usage))
        }
    }

    private mutating func applyOptions(of integration: IntegrationInputs) throws(CommandError) {
        let changes = try ConnectionOptions(arguments, integration).read(by: &input)
        changes.apply(to: &document, at: Self.integrationPath)
    }

    /// The type of the credentials: given, or the only one that has what was given, or asked for.
    private mutating func chooseCredentials(of integration: IntegrationInputs) throws(CommandError) -> String? {
        let path = Self.integrationPath + ["credentials", "type"]
        if let given = arguments[integration.credentialsOption] ?? document[path: path]?.text {
            document.set(path, to: .string(given))
            return given
        }
        let used = Set(
            integration.inputs.filter { document[path: Self.integrationPath + $0.path] != nil }.compactMap(
                \.credentials
            )
        )
        let types = integration.credentials.map(\.type)
        if let only = types.count == 1 ? types.first : used.count == 1 ? used.first : nil {
            document.set(path, to: .string(only))
            return only
        }
        guard let prompt = Prompt() else {
            missing.append(("the credentials' type", "--credentials \(types.joined(separator: "|"))"))
            return nil
        }
        let choices = integration.credentials.map { (value: $0.type, help: $0.help) }
        let chosen = try prompt.choice("Credentials", among: choices)
        document.set(path, to: .string(chosen))
        return chosen
    }

    /// Asks for what is required and not there.
    private mutating func require(_ inputs: [ConnectionInput]) throws(CommandError) {
        for input in inputs where input.isRequired {
            let path = Self.integrationPath + input.path
            guard (document[path: path]?.text ?? "").isEmpty else { continue }
            // Anything but a string is there, and is faulty.
            if let value = document[path: path], value.text == nil { continue }
            if let prompt = Prompt() {
                let answer =
                    input.kind == .secret ? try prompt.secret(input.help) : try prompt.requiredText(input.help)
                document.set(path, to: .string(answer))
            } else {
                missing.append(("\(input.name), \(input.help)", input.advice))
            }
        }
    }
}

extension IntegrationInputs {
    /// Which of several ways to authenticate.
    var credentialsOption: Option {
        Option(
            name: "credentials",
            placeholder: "TYPE",
            help: credentials.map { "\($0.type): \($0.help)" }.joined(separator: "; "),
            values: .oneOf(credentials.map(\.type))
        )
    }

    /// The options of the integration's form of a command.
    var options: [Option] {
        let choice = credentials.count > 1 ? [credentialsOption] : []
        return choice + inputs.filter { $0.kind != .flag }.compactMap(\.option) + (secretOption.map { [$0] } ?? [])
    }

    var secretOption: Option? {
        let secrets = inputs.filter { $0.kind == .secret }
        guard !secrets.isEmpty else { return nil }
        let list = secrets.map { "\($0.name), \($0.help)" }.joined(separator: "; ")
        return .secret(secretNames, "\(list). NAME=- reads standard input, plain NAME asks")
    }

    /// Options that an example can't do without, besides what is asked for.
    fileprivate var exampleOptions: String {
        inputs(ofCredentials: credentials[0].type).filter(\.isRequired).map { input in
            input.kind == .secret
                ? " --secret \(input.name)=@\(input.name).txt" : input.option.map { " " + $0.usage } ?? ""
        }.joined()
    }
}
