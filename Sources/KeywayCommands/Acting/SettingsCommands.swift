import DatadogClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension CommandGroup {
    static let connectionSettings = CommandGroup(
        name: "connections settings",
        summary: "Destination, limits and rules of acts through a connection",
        members: [.command(.getSettings), .command(.putSettings)]
    )
}

private enum SettingsColumns {
    static let all: [Column<ConnectionSettings>] = [
        Column("Connection", .detail) { $0.id },
        Column("Base URL", .detail) { $0.baseURL },
        Column("Custom domain", .detail) { $0.customDomain.map { $0 ? "allowed" : "no" } },
        Column("Redirects", .detail) { $0.followRedirects.map { $0 ? "followed" : "not followed" } },
        Column("Trace", .detail) { $0.passTraceContext.map { $0 ? "passed on" : "not passed on" } },
        Column("Probe path", .detail) { $0.probePath },
        Column("Concurrency", .detail) { $0.concurrency.map(String.init) },
        Column("Rate", .detail) { $0.rate.map { "\($0) in a second" } },
        Column("Timeout", .detail) { $0.timeout.map { "\($0) s" } },
        Column("Mode", .detail) { $0.mode?.json.text },
    ]

    /// The settings that the integration alone has, and the rules.
    static func details(of settings: ConnectionSettings) -> [(title: String, text: String)] {
        let others = settings.others.members.map { member in
            (title: member.name, text: member.value.text ?? member.value.compactText)
        }
        let rules = (settings.rules ?? []).map { (title: "Rule", text: text(of: $0)) }
        return others + (rules.isEmpty ? [(title: "Rules", text: "none: all may be done")] : rules)
    }

    private static func text(of rule: ActRule) -> String {
        var parts = ["\(rule.name):"]
        if let effect = rule.effect, effect != .allow { parts.append(effect.json.text ?? "") }
        parts += [rule.methods?.joined(separator: ",") ?? "any method", rule.paths.joined(separator: " ")]
        for condition in rule.body ?? [] {
            let values = condition.values.map { $0.text ?? $0.compactText }
            parts.append("with \(condition.pointer) \(values.joined(separator: "|"))")
        }
        if let principals = rule.principals { parts.append("for \(principals.joined(separator: " "))") }
        return parts.joined(separator: " ")
    }
}

extension JSONValue {
    fileprivate var compactText: String { String(decoding: data, as: UTF8.self) }
}

extension Command {
    private static let file = Option(
        name: "from-file",
        placeholder: "FILE",
        help: "All settings, as keyway connections settings get --output json prints them; - for standard "
            + "input",
        values: .file
    )

    static let getSettings = Command(
        name: "connections settings get",
        summary: "Show a connection's settings",
        operands: [.connectionOrName],
        sharedOptions: [Output.formatOptions, ServerOptions.group],
        examples: [
            "keyway connections settings get Support",
            "keyway connections settings get Support --output json > settings.json",
        ]
    ) { arguments in
        let session = try ClientSession(arguments)
        let settings = try await session.onConnection("Getting", arguments[.connectionOrName]) { id in
            try await session.client.connections.settings(of: id)
        }
        try session.show(settings)
    }

    static let putSettings = Command(
        name: "connections settings put",
        summary: "Replace all settings of a connection",
        discussion: [
            "Settings that are not in the file get their defaults. Those that send stored secrets elsewhere need the "
                + "permission connections_redirect; to loosen or remove a rule that denies needs "
                + "connections_rules_loosen."
        ],
        operands: [.connectionOrName],
        options: [file],
        sharedOptions: [Output.formatOptions, ServerOptions.group],
        examples: ["keyway connections settings put Support --from-file settings.json"]
    ) { arguments in
        guard let path = arguments[file] else {
            throw CommandError.usage("keyway connections settings put needs --from-file FILE", of: arguments.command)
        }
        var input = InputSource()
        let settings: ConnectionSettings
        do {
            settings = try ConnectionSettings(json: try input.document(path)["data"] ?? .null)
        } catch let error as JSONMismatch {
            throw CommandError(
                .data,
                "the settings are invalid, and nothing was sent: expected \(error.expected) at /data\(error.pointer)",
                try: "keyway connections settings get CONNECTION --output json, to see what they look like"
            )
        }
        let session = try ClientSession(arguments)
        let now = try await session.onConnection("Replacing", arguments[.connectionOrName]) { id in
            try await session.client.connections.putSettings(settings, of: id)
        }
        try session.show(now)
    }
}

extension ClientSession {
    fileprivate func show(_ settings: ConnectionSettings) throws(CommandError) {
        try output.value(settings, SettingsColumns.all, further: SettingsColumns.details(of: settings))
    }
}
