import DatadogClient

extension CommandGroup {
    static let connectionAccess = CommandGroup(
        name: "connections access",
        summary: "Restriction policies: who may view, act through and edit a connection",
        members: [.command(.getAccess), .command(.setAccess), .command(.deleteAccess)]
    )
}

private enum PolicyColumns {
    static let all: [Column<RestrictionPolicy>] = [
        Column("Resource", .detail) { $0.id }, Column("Viewers", .detail) { names(.viewer, $0) },
        Column("Resolvers", .detail) { names(.resolver, $0) }, Column("Editors", .detail) { names(.editor, $0) },
    ]

    private static func names(_ relation: RestrictionPolicy.Relation, _ policy: RestrictionPolicy) -> String {
        policy.bindings.filter { $0.relation == relation }.flatMap(\.principals).joined(separator: " ")
    }
}

extension Command {
    private static func relation(_ name: String, _ right: String) -> Option {
        Option(
            name: name,
            placeholder: "PRINCIPAL",
            help: "Who may \(right): user:ID, role:ID or org:ID; it may be given more than once",
            isRepeatable: true
        )
    }

    private static let viewer = relation("viewer", "see the connection and its settings")
    private static let resolver = relation("resolver", "act through it, and see it")
    private static let editor = relation("editor", "change and delete it, and all that the others may")
    private static let lockout = Option.flag("allow-self-lockout", "Do it even if you can't edit it any more")

    static let getAccess = Command(
        name: "connections access get",
        summary: "Show a connection's restriction policy",
        operands: [.connectionOrName],
        sharedOptions: [Output.formatOptions, ServerOptions.group],
        examples: ["keyway connections access get Support"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let policy = try await session.onConnection("Getting", arguments[.connectionOrName]) { id in
            try await session.client.restrictionPolicies.get(.connection(id))
        }
        try session.show(policy)
    }

    static let setAccess = Command(
        name: "connections access set",
        summary: "Replace a connection's restriction policy",
        discussion: [
            "Only those named may do what they are named for; editors may also act, and those who act may view. "
                + "Permissions still count: a policy takes rights away, and gives none."
        ],
        operands: [.connectionOrName],
        options: [viewer, resolver, editor, lockout],
        sharedOptions: [Output.formatOptions, ServerOptions.group],
        examples: [
            "keyway connections access set Support --editor user:01a1f9a5-f37d-7002-8a12-7d1c0e9f3c44 "
                + "--resolver role:01a1f9b2-0b1e-7000-9d5c-2f1f4f6f7a10"
        ]
    ) { arguments in
        let relations: [(Option, RestrictionPolicy.Relation)] = [
            (viewer, .viewer), (resolver, .resolver), (editor, .editor),
        ]
        let bindings = relations.map { RestrictionPolicy.Binding($1, arguments.all($0)) }
            .filter { !$0.principals.isEmpty }
        guard !bindings.isEmpty else {
            throw CommandError.usage(
                "keyway connections access set needs --viewer, --resolver or --editor; keyway connections access delete "
                    + "removes the policy",
                of: arguments.command
            )
        }
        let session = try ClientSession(arguments)
        let policy = try await session.onConnection("Replacing", arguments[.connectionOrName]) { id in
            try await session.client.restrictionPolicies.update(
                RestrictionPolicy(of: .connection(id), bindings: bindings),
                allowSelfLockout: arguments.has(lockout)
            )
        }
        try session.show(policy)
    }

    static let deleteAccess = Command(
        name: "connections access delete",
        summary: "Remove a connection's restriction policy: from then on only permissions decide",
        discussion: ["It asks first; without a terminal it needs --yes."],
        operands: [.connectionOrName],
        options: [.yes],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway connections access delete Support --yes"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let connection = arguments[.connectionOrName]
        try arguments.confirm("Let everyone use \(connection) whose permissions allow it?")
        try await session.onConnection("Deleting", connection) { id in
            try await session.client.restrictionPolicies.delete(.connection(id))
        }
        session.output.done("Only permissions decide who may use \(connection).")
    }
}

extension ClientSession {
    fileprivate func show(_ policy: RestrictionPolicy) throws(CommandError) {
        if policy.bindings.isEmpty, output.format == .table {
            output.done("There is no policy: only permissions decide.")
        } else {
            try output.value(policy, PolicyColumns.all)
        }
    }
}
