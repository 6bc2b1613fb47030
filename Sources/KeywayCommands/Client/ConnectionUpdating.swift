import DatadogClient

extension Command {
    static let updateConnection = Command(
        name: "connections update",
        summary: "Change a connection; everything else stays as it is",
        discussion: [
            "keyway connections get ID shows the fields that --set takes. Secrets are never arguments.",
            "Changing the secrets' destination, such as a domain, needs all of them again.",
        ],
        operands: [.connection],
        options: ConnectionUpdating.options,
        sharedOptions: [Output.options, ServerOptions.group],
        examples: [
            "keyway connections update 01a1f96c-1ccd-7000-b7ff-6770a30c86f9 --name Support",
            "keyway connections update 01a1f96c-1ccd-7000-b7ff-6770a30c86f9 --secret api_token=@token.txt",
            "keyway connections update 01a1f96c-1ccd-7000-b7ff-6770a30c86f9 --set domain=acme.okta.com --secret api_token",
        ]
    ) { arguments in
        var updating = try ConnectionUpdating(arguments)
        try await updating.run()
    }
}

/// Performs `keyway connections update`.
private struct ConnectionUpdating {
    private static let name = Option(name: "name", placeholder: "NAME", help: "A new name")
    private static let tag = Option(
        name: "tag",
        placeholder: "KEY:VALUE",
        help: "A tag, in place of all present ones; may be given more than once",
        isRepeatable: true
    )
    private static let credentials = Option(
        name: "credentials",
        placeholder: "TYPE",
        help: "Another way to authenticate, with everything that it needs",
        values: .oneOf(IntegrationInputs.all.flatMap { $0.credentials.map(\.type) })
    )
    private static let set = Option(
        name: "set",
        placeholder: "FIELD=VALUE",
        help: "A new value of a field that is not a secret; true for generate_new_external_id",
        values: .assignment(names: IntegrationInputs.fieldNames),
        isRepeatable: true
    )
    private static let clear = Option(
        name: "clear",
        placeholder: "FIELD",
        help: "Remove the value of an optional field",
        isRepeatable: true
    )
    private static let secret = Option.secret(
        IntegrationInputs.allSecretNames,
        "A new secret: NAME=- reads standard input, plain NAME asks"
    )

    static let options =
        [name, tag, set, clear, secret, credentials] + IntegrationInputs.entryOptions + [.fromFile]

    private static let attributesPath = ["data", "attributes"]
    private static let integrationPath = attributesPath + ["integration"]

    private let arguments: Arguments
    private let session: ClientSession
    private var input = InputSource()
    private var document: JSONValue = ["data": ["type": "action_connection", "attributes": [:]]]

    init(_ arguments: Arguments) throws(CommandError) {
        self.arguments = arguments
        session = try ClientSession(arguments)
    }

    mutating func run() async throws {
        if let path = arguments[.fromFile] { document = try input.document(path) }
        let id = arguments[.connection]
        let session = session
        let current = try await session.connection(id)
        try assemble(changesOf: current)
        let stored: JSONValue = ["data": current.json]
        let issues = DocumentCheck.issues(inUpdate: document.bytes, of: stored.bytes)
        guard issues.isEmpty else {
            throw ConnectionIssues.error(issues, of: current.inputs, arguments.command)
        }
        let changes: ConnectionUpdate
        do {
            changes = try ConnectionUpdate(json: document["data"] ?? .null)
        } catch {
            throw CommandError(.data, "the changes can't be sent: \(error)")
        }
        let changed = try await session.perform("Updating", on: "connection \(id)", listedBy: "keyway connections list")
        {
            try await session.client.connections.update(id, with: changes)
        }
        try session.show(changed)
    }

    private mutating func assemble(changesOf current: Connection) throws(CommandError) {
        if let name = arguments[Self.name] { document.set(Self.attributesPath + ["name"], to: .string(name)) }
        let tags = arguments.all(Self.tag)
        if !tags.isEmpty { document.set(Self.attributesPath + ["tags"], to: .array(tags.map { .string($0) })) }
        let changesIntegration = Self.options.contains { option in
            option.changesIntegration && !arguments.all(option).isEmpty
        }
        if changesIntegration {
            guard let inputs = current.inputs else {
                throw .usage(
                    "this program does not know the integration of that connection: give the changes by --from-file",
                    of: arguments.command
                )
            }
            try assemble(inputs, of: current)
        }
        guard document[path: Self.attributesPath] != [:] else {
            throw .usage("there is nothing to change: give at least one option", of: arguments.command)
        }
    }

    private mutating func assemble(_ inputs: IntegrationInputs, of current: Connection) throws(CommandError) {
        let stored = current.integration.json(secrets: .hidden)
        let type = arguments[Self.credentials] ?? stored[path: ["credentials", "type"]]?.text ?? ""
        document.set(Self.integrationPath + ["type"], to: .string(inputs.type))
        document.set(Self.integrationPath + ["credentials", "type"], to: .string(type))
        for option in IntegrationInputs.entryOptions where !arguments.all(option).isEmpty {
            guard !inputs.options.contains(where: { $0.name == option.name }) else { continue }
            throw .usage("\(inputs.title) has no --\(option.name)", of: arguments.command)
        }
        try ConnectionOptions(arguments, inputs).read(by: &input).apply(to: &document, at: Self.integrationPath)
        for argument in arguments.all(Self.set) {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let field = try field(parts[0], of: inputs, credentials: type)
            guard field.kind != .flag || parts[1] == "true" || parts[1] == "false" else {
                throw .usage("\(field.fieldName) must be true or false", of: arguments.command)
            }
            let value: JSONValue = field.kind == .flag ? .boolean(parts[1] == "true") : .string(parts[1])
            document.set(Self.integrationPath + field.path, to: value)
        }
        for name in arguments.all(Self.clear) {
            document.set(Self.integrationPath + (try field(name, of: inputs, credentials: type)).path, to: .null)
        }
    }

    /// The field of that name which is no secret.
    private func field(
        _ name: String,
        of inputs: IntegrationInputs,
        credentials: String
    ) throws(CommandError) -> ConnectionInput {
        let fields = inputs.inputs(ofCredentials: credentials)
        if let field = fields.first(where: { $0.fieldName == name }), field.kind != .secret, !field.isList {
            return field
        }
        if fields.contains(where: { $0.fieldName == name && $0.kind == .secret }) {
            throw .usage("\(name) is a secret: give it by --secret \(name)=@FILE", of: arguments.command)
        }
        let names = fields.filter { $0.kind != .secret && !$0.isList }.map(\.fieldName)
        throw .usage(
            "\(inputs.title) has no such field to set; it has \(names.isEmpty ? "none" : names.alternatives)",
            of: arguments.command
        )
    }
}

extension Option {
    /// Whether it is about more than name and tags.
    fileprivate var changesIntegration: Bool { !["name", "tag", "from-file"].contains(name) }
}

extension Connection {
    /// The catalogue's inputs for its integration, if it has it.
    fileprivate var inputs: IntegrationInputs? {
        integration.type.flatMap { type in IntegrationInputs.all.first { $0.type == type } }
    }
}

extension ConnectionInput {
    /// The field's name as `--set` takes it: `domain`, `body.content`.
    var fieldName: String { path.filter { $0 != "credentials" }.joined(separator: ".") }
    var isList: Bool { kind == .entries || kind == .secretEntries }
}

extension IntegrationInputs {
    /// The names that `--set` takes, of all integrations.
    fileprivate static var fieldNames: [String] {
        let inputs = all.flatMap(\.inputs).filter { $0.kind == .text || $0.kind == .flag }
        return Set(inputs.map(\.fieldName)).sorted()
    }

    /// The options of lists, such as `--header`.
    fileprivate static var entryOptions: [Option] { all.flatMap(\.inputs).filter(\.isList).compactMap(\.option) }
}
