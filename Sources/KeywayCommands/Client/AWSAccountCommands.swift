import DatadogClient

extension CommandGroup {
    static let aws = CommandGroup(
        name: "aws",
        summary: "The AWS integration",
        members: [
            .group(
                CommandGroup(
                    name: "aws accounts",
                    summary: "AWS accounts that are collected from",
                    members: [
                        .command(.listAWSAccounts), .command(.getAWSAccount), .command(.createAWSAccount),
                        .command(.updateAWSAccount), .command(.deleteAWSAccount), .command(.trustPolicy),
                    ]
                )
            )
        ]
    )
}

private enum AWSAccountColumns {
    static let all: [Column<AWSAccount>] = [
        Column("ID", .always) { $0.id },
        Column("Account", .always) { $0.accountID },
        Column("Partition", .droppable(3)) { $0.partition.json.text },
        Column("Access", .droppable(1)) { account in
            switch account.authentication {
            case .role(let role): "role \(role.name)"
            case .accessKeys(let keys): "access key \(keys.accessKeyID)"
            case .unknown, nil: nil
            }
        },
        Column("Regions", .droppable(2)) { account in
            switch account.regions {
            case .all: "all"
            case .only(let names): names.joined(separator: " ")
            case .unknown, nil: nil
            }
        },
        Column("External ID", .detail) { account in
            if case .role(let role) = account.authentication { role.externalID } else { nil }
        },
        Column("Tags", .detail) { account in
            account.accountTags.flatMap { $0.isEmpty ? nil : $0.joined(separator: " ") }
        },
        Column("Created", .detail) { $0.createdAt?.rawValue },
        Column("Changed", .detail) { $0.modifiedAt?.rawValue },
    ]
}

extension Operand {
    fileprivate static let awsAccount = Operand(
        name: "ID",
        help: "The configuration's id, a UUID, not the number of the AWS account"
    )
}

extension ClientSession {
    fileprivate func onAccount<Result: Sendable>(
        _ title: String,
        _ id: String,
        _ operation: () async throws -> Result
    ) async throws -> Result {
        try await perform(title, on: "AWS account \(id)", listedBy: "keyway aws accounts list", operation)
    }
}

extension Command {
    private static let accountID = Option(
        name: "account-id",
        placeholder: "NUMBER",
        help: "Number of the AWS account, 12 digits"
    )

    static let listAWSAccounts = Command(
        name: "aws accounts list",
        summary: "List AWS accounts",
        options: [accountID, .limit],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway aws accounts list", "keyway aws accounts list --account-id 123456789012 --quiet"]
    ) { arguments in
        let limit = try arguments.count(.limit)
        let session = try ClientSession(arguments)
        // The API returns all of them at once.
        let accounts = try await session.perform("Listing AWS accounts") {
            try await session.client.awsAccounts.list(accountID: arguments[accountID])
        }
        try session.output.list(Array(accounts.prefix(limit ?? .max)), AWSAccountColumns.all, noun: "AWS accounts")
    }

    static let getAWSAccount = Command(
        name: "aws accounts get",
        summary: "Show one AWS account",
        operands: [.awsAccount],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway aws accounts get 01a1f9b2-0b1e-7000-9d5c-2f1f4f6f7a10"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.awsAccount]
        let account = try await session.onAccount("Getting", id) { try await session.client.awsAccounts.get(id) }
        try session.output.one(account, AWSAccountColumns.all)
    }

    static let createAWSAccount = Command(
        name: "aws accounts create",
        summary: "Set up an AWS account: by a role, or by an access key",
        discussion: [
            "Attributes without an option here can be given by --from-file. The role's external ID is issued "
                + "by the server; keyway aws accounts trust-policy ID prints the policy with it."
        ],
        options: [accountID] + AWSAccountInput.options,
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway aws accounts create --account-id 123456789012 --role-name KeywayRole --region eu-central-1"]
    ) { arguments in
        var input = try AWSAccountInput(arguments)
        if let number = arguments[accountID] { input.set("aws_account_id", to: .string(number)) }
        try input.setStandardPartition()
        try input.require(accountID, "aws_account_id")
        let new: NewAWSAccount = try input.value()
        let session = try ClientSession(arguments)
        let account = try await session.perform("Creating") { try await session.client.awsAccounts.create(new) }
        try session.output.one(account, AWSAccountColumns.all)
    }

    static let updateAWSAccount = Command(
        name: "aws accounts update",
        summary: "Change an AWS account; everything else stays as it is",
        operands: [.awsAccount],
        options: AWSAccountInput.options,
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway aws accounts update 01a1f9b2-0b1e-7000-9d5c-2f1f4f6f7a10 --region eu-central-1"]
    ) { arguments in
        var input = try AWSAccountInput(arguments)
        guard !input.isEmpty else {
            throw CommandError.usage("there is nothing to change: give at least one option", of: arguments.command)
        }
        let session = try ClientSession(arguments)
        let id = arguments[.awsAccount]
        // The API wants the number repeated with every change.
        let current = try await session.onAccount("Getting", id) { try await session.client.awsAccounts.get(id) }
        input.set("aws_account_id", to: .string(current.accountID))
        let changes: AWSAccountUpdate = try input.value()
        let account = try await session.onAccount("Updating", id) {
            try await session.client.awsAccounts.update(id, with: changes)
        }
        try session.output.one(account, AWSAccountColumns.all)
    }

    static let deleteAWSAccount = Command(
        name: "aws accounts delete",
        summary: "Delete an AWS account's configuration",
        discussion: ["It asks first; without a terminal it needs --yes."],
        operands: [.awsAccount],
        options: [.yes],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway aws accounts delete 01a1f9b2-0b1e-7000-9d5c-2f1f4f6f7a10 --yes"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.awsAccount]
        try arguments.confirm("Delete the configuration of AWS account \(id)?")
        try await session.onAccount("Deleting", id) { try await session.client.awsAccounts.delete(id) }
        session.output.done("AWS account \(id) is deleted.")
    }

    static let trustPolicy = Command(
        name: "aws accounts trust-policy",
        summary: "Print the trust policy that the account's role needs",
        discussion: ["Only Keyway has it; Datadog's own sites do not."],
        operands: [.awsAccount],
        sharedOptions: [Output.formatOptions, ServerOptions.group],
        examples: ["keyway aws accounts trust-policy 01a1f9b2-0b1e-7000-9d5c-2f1f4f6f7a10 > policy.json"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.awsAccount]
        let policy = try await session.onAccount("Getting", id) {
            try await session.client.awsAccounts.trustPolicy(of: id)
        }
        try session.output.document(policy)
    }
}
