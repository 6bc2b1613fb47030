import DatadogClient

/// A user's description of an AWS account: a document of the API, from a file and options.
struct AWSAccountInput {
    private static let partition = Option(
        name: "partition",
        placeholder: "PARTITION",
        help: "Partition of the account; default aws",
        values: .oneOf(["aws", "aws-cn", "aws-us-gov"])
    )
    private static let role = Option(
        name: "role-name",
        placeholder: "NAME",
        help: "Name of the IAM role to assume"
    )
    private static let accessKey = Option(
        name: "access-key-id",
        placeholder: "ID",
        help: "ID of an access key, instead of a role"
    )
    private static let region = Option(
        name: "region",
        placeholder: "NAME",
        help: "A region to collect from; may be given more than once, default all",
        isRepeatable: true
    )
    private static let tag = Option(
        name: "tag",
        placeholder: "KEY:VALUE",
        help: "A tag put on every host and metric of the account; may be given more than once",
        isRepeatable: true
    )
    private static let secretName = "secret_access_key"
    private static let secret = Option.secret(
        [secretName],
        "secret_access_key, the secret of the access key. NAME=- reads standard input, plain NAME asks"
    )

    static let options = [role, accessKey, secret, partition, region, tag, .fromFile]

    private let arguments: Arguments
    private var document: JSONValue = ["data": ["type": "account", "attributes": [:]]]

    init(_ arguments: Arguments) throws(CommandError) {
        self.arguments = arguments
        var input = InputSource()
        if let path = arguments[.fromFile] { document = try input.document(path) }
        if arguments[Self.role] != nil, arguments[Self.accessKey] != nil {
            throw .usage("an account is reached by a role or by an access key: give one", of: arguments.command)
        }
        if let name = arguments[Self.role] { set("auth_config", "role_name", to: .string(name)) }
        if let id = arguments[Self.accessKey] { set("auth_config", "access_key_id", to: .string(id)) }
        for argument in arguments.all(Self.secret).map(SecretArgument.init) {
            guard argument.name == Self.secretName else {
                throw .usage(
                    "an AWS account has no secret of that name; it has secret_access_key",
                    of: arguments.command
                )
            }
            let secret = try argument.secret(by: &input, asking: "Secret access key", of: arguments.command)
            set("auth_config", Self.secretName, to: .string(secret.revealed))
        }
        if let name = arguments[Self.partition] { set("aws_partition", to: .string(name)) }
        let regions = arguments.all(Self.region)
        if !regions.isEmpty { set("aws_regions", to: ["include_only": .array(regions.map { .string($0) })]) }
        let tags = arguments.all(Self.tag)
        if !tags.isEmpty { set("account_tags", to: .array(tags.map { .string($0) })) }
    }

    /// Whether nothing was given.
    var isEmpty: Bool { document[path: ["data", "attributes"]] == [:] }

    mutating func set(_ path: String..., to value: JSONValue) {
        document.set(["data", "attributes"] + path, to: value)
    }

    mutating func setStandardPartition() throws(CommandError) {
        if document[path: ["data", "attributes", "aws_partition"]] == nil { set("aws_partition", to: "aws") }
    }

    /// Asks for what a new account needs.
    mutating func require(_ option: Option, _ name: String) throws(CommandError) {
        let prompt = Prompt()
        var missing: [String] = []
        if document[path: ["data", "attributes", name]] == nil {
            if prompt != nil {
                set(name, to: .string(try arguments.required(option, asking: option.help)))
            } else {
                missing.append(option.usage)
            }
        }
        let authentication = document[path: ["data", "attributes", "auth_config"]]
        if authentication?["access_key_id"] != nil {
            if (authentication?[Self.secretName]?.text ?? "").isEmpty {
                if let prompt {
                    set("auth_config", Self.secretName, to: .string(try prompt.secret("Secret access key")))
                } else {
                    missing.append("--secret \(Self.secretName)=@FILE or \(Self.secretName)=-")
                }
            }
        } else if authentication?["role_name"] == nil {
            if let prompt {
                set("auth_config", "role_name", to: .string(try prompt.requiredText(Self.role.help)))
            } else {
                missing.append("\(Self.role.usage) or \(Self.accessKey.usage)")
            }
        }
        guard missing.isEmpty else {
            let list = missing.map { "\n  " + $0 }.joined()
            throw .usage("this is missing, and there is no terminal to ask on:\(list)", of: arguments.command)
        }
    }

    /// The document as the client sends it.
    ///
    /// - Throws: ``CommandError`` that names each member that would be lost on the way: a misspelt one must not be.
    func value<Value: APIValue>() throws(CommandError) -> Value {
        let value: Value
        do {
            value = try Value(json: document["data"] ?? .null)
        } catch {
            throw CommandError(.data, "the account is invalid, and nothing was sent:\n  \(error)")
        }
        let sent = value.json(secrets: .revealed)["attributes"] ?? .null
        let lost = (document[path: ["data", "attributes"]] ?? .null).members(notIn: sent)
            .filter { !Self.issued.contains($0) }
        guard lost.isEmpty else {
            let list = lost.map { "\n  /data/attributes\($0) is no member that an account has; check the spelling" }
            throw CommandError(.data, "the account is invalid, and nothing was sent:\(list.joined())")
        }
        return value
    }

    /// Responses have these; the service sets them.
    private static let issued = ["/created_at", "/modified_at"]
}
