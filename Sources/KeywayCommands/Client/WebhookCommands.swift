import DatadogClient

extension CommandGroup {
    static let webhooks = CommandGroup(
        name: "webhooks",
        summary: "Webhooks that audit events are sent to",
        members: [
            .command(.listWebhooks), .command(.showWebhook), .command(.createWebhook), .command(.updateWebhook),
            .command(.deleteWebhook),
        ]
    )
}

private enum WebhookColumns {
    static let all: [Column<AuditWebhook>] = [
        Column("ID", .always) { $0.id },
        Column("Name", .flexible) { $0.name },
        Column("URL", .droppable(1)) { $0.url },
        Column("Actions", .droppable(2)) { $0.actions.joined(separator: " ") },
        Column("Enabled", .droppable(3)) { $0.isEnabled ? "yes" : "no" },
    ]
}

extension Operand {
    fileprivate static let webhook = Operand(name: "ID", help: "The webhook's id, a UUID")
}

extension ClientSession {
    fileprivate func onWebhook<Result: Sendable>(
        _ title: String,
        _ id: String,
        _ operation: () async throws -> Result
    ) async throws -> Result {
        try await perform(title, on: "webhook \(id)", listedBy: "keyway webhooks list", operation)
    }
}

extension Command {
    private static let secretName = "secret"
    private static let name = Option(name: "name", placeholder: "TEXT", help: "Name for people")
    private static let url = Option(name: "url", placeholder: "URL", help: "URL that events are posted to")
    private static let action = Option(
        name: "action",
        placeholder: "ACTION",
        help: "Action of events that are sent: *, a whole one, or its beginning and .*; may be given more than once",
        isRepeatable: true
    )
    private static let secret = Option.secret(
        [secretName],
        "secret, the key of the signatures: whsec_ and 24 to 64 bytes in base64. NAME=- reads standard input, plain NAME "
            + "asks"
    )
    private static let enable = Option.flag("enable", "Send events again, also those that came meanwhile")
    private static let disable = Option.flag("disable", "Send none until it is enabled")

    static let listWebhooks = Command(
        name: "webhooks list",
        summary: "List the webhooks",
        options: [.limit],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway webhooks list"]
    ) { arguments in
        let limit = try arguments.count(.limit)
        let session = try ClientSession(arguments)
        let webhooks = try await session.collect(
            "Listing webhooks",
            session.client.auditWebhooks.all(pageSize: min(limit ?? 100, 100)),
            limit: limit
        )
        try session.output.list(webhooks, WebhookColumns.all, noun: "webhooks")
    }

    static let showWebhook = Command(
        name: "webhooks show",
        summary: "Show one webhook, without its secret",
        operands: [.webhook],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway webhooks show 01a1f9a5-f37d-7002-8a12-7d1c0e9f3c44"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.webhook]
        let webhook = try await session.onWebhook("Getting", id) { try await session.client.auditWebhooks.get(id) }
        try session.output.one(webhook, WebhookColumns.all)
    }

    static let createWebhook = Command(
        name: "webhooks create",
        summary: "Have audit events sent to a URL, from now on",
        discussion: [
            "Each event is a POST, signed as Standard Webhooks have it, and is sent again until it is taken. "
                + "echo \"whsec_$(openssl rand -base64 32)\" makes a secret, which the receiver needs too."
        ],
        options: [name, url, action, secret],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: [
            "keyway webhooks create --name SIEM --url https://siem.example.com/keyway --action 'connection.*' \\\n"
                + "    --action act.begin --secret secret=@secret.txt"
        ]
    ) { arguments in
        let actions = arguments.all(action)
        guard !actions.isEmpty else {
            throw CommandError.usage("say which events are sent: --action '*', or …", of: arguments.command)
        }
        let new = NewAuditWebhook(
            name: try arguments.required(name, asking: "Name"),
            url: try arguments.required(url, asking: "URL"),
            actions: actions,
            secret: try signingSecret(arguments) ?? asked(for: arguments)
        )
        let session = try ClientSession(arguments)
        let webhook = try await session.perform("Creating") { try await session.client.auditWebhooks.create(new) }
        try session.output.one(webhook, WebhookColumns.all)
    }

    static let updateWebhook = Command(
        name: "webhooks update",
        summary: "Change a webhook; what is not given stays as it is",
        discussion: ["Another URL needs the secret again. --action replaces all actions."],
        operands: [.webhook],
        options: [name, url, action, secret, enable, disable],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway webhooks update 01a1f9a5-f37d-7002-8a12-7d1c0e9f3c44 --disable"]
    ) { arguments in
        let actions = arguments.all(action)
        guard !arguments.has(enable) || !arguments.has(disable) else {
            throw CommandError.usage("give --enable or --disable", of: arguments.command)
        }
        let changes = AuditWebhookUpdate(
            name: arguments[name],
            url: arguments[url],
            actions: actions.isEmpty ? nil : actions,
            secret: try signingSecret(arguments),
            isEnabled: arguments.has(enable) ? true : arguments.has(disable) ? false : nil
        )
        guard changes != AuditWebhookUpdate() else {
            throw CommandError.usage("there is nothing to change: give at least one option", of: arguments.command)
        }
        let session = try ClientSession(arguments)
        let id = arguments[.webhook]
        let webhook = try await session.onWebhook("Updating", id) {
            try await session.client.auditWebhooks.update(id, with: changes)
        }
        try session.output.one(webhook, WebhookColumns.all)
    }

    /// The secret that `--secret` gives, if it is there.
    private static func signingSecret(_ arguments: Arguments) throws -> Secret? {
        guard let text = arguments[secret] else { return nil }
        let argument = SecretArgument(text)
        guard argument.name == secretName else {
            throw CommandError.usage("a webhook has no secret of that name; it has secret", of: arguments.command)
        }
        var input = InputSource()
        return try argument.secret(by: &input, asking: "Secret", of: arguments.command)
    }

    private static func asked(for arguments: Arguments) throws -> Secret {
        var input = InputSource()
        return try SecretArgument(secretName).secret(by: &input, asking: "Secret", of: arguments.command)
    }

    static let deleteWebhook = Command(
        name: "webhooks delete",
        summary: "Delete a webhook, to which nothing is sent any more",
        discussion: ["It asks first; without a terminal it needs --yes."],
        operands: [.webhook],
        options: [.yes],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway webhooks delete 01a1f9a5-f37d-7002-8a12-7d1c0e9f3c44 --yes"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.webhook]
        try arguments.confirm("Delete webhook \(id)? Nothing will be sent to it any more.")
        try await session.onWebhook("Deleting", id) { try await session.client.auditWebhooks.delete(id) }
        session.output.done("Webhook \(id) is deleted.")
    }
}
