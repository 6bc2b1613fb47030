import DatadogClient

extension CommandGroup {
    static let issuers = CommandGroup(
        name: "issuers",
        summary: "Issuers whose tokens let workloads act as service accounts",
        members: [
            .command(.listIssuers), .command(.showIssuer), .command(.createIssuer), .command(.updateIssuer),
            .command(.deleteIssuer),
        ]
    )
}

private enum IssuerColumns {
    static let all: [Column<TokenIssuer>] = [
        Column("ID", .always) { $0.id },
        Column("Issuer", .flexible) { $0.issuer },
        Column("Audience", .droppable(1)) { $0.audience },
        Column("Mappings", .detail) { issuer in
            issuer.mappings.map { mapping in
                let claims = mapping.claims.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
                return "\(mapping.serviceAccountID): \(claims)"
            }
            .joined(separator: "; ")
        },
    ]
}

extension Operand {
    fileprivate static let issuer = Operand(name: "ID", help: "The issuer's id, a UUID")
}

extension ClientSession {
    fileprivate func onIssuer<Result: Sendable>(
        _ title: String,
        _ id: String,
        _ operation: () async throws -> Result
    ) async throws -> Result {
        try await perform(title, on: "issuer \(id)", listedBy: "keyway issuers list", operation)
    }
}

extension Command {
    private static let issuer = Option(
        name: "issuer",
        placeholder: "URL",
        help: "URL of the issuer, exactly as its tokens have it in iss"
    )
    private static let audience = Option(
        name: "audience",
        placeholder: "TEXT",
        help: "Audience that tokens must have: ends with the organisation's id; keyway:ID unless given"
    )
    private static let serviceAccount = Option(
        name: "service-account",
        placeholder: "ID",
        help: "The service account that the workload acts as"
    )
    private static let claim = Option(
        name: "claim",
        placeholder: "NAME=VALUE",
        help: "A claim that tokens must have; may be given more than once. A final * stands for any rest",
        values: .assignment(names: ["sub"]),
        isRepeatable: true
    )
    private static let scope = Option(
        name: "scope",
        placeholder: "PERMISSION",
        help: "A permission that tokens get of the service account's, all unless given; may be given more than once",
        isRepeatable: true
    )
    private static let lifetime = Option(
        name: "lifetime",
        placeholder: "SECONDS",
        help: "How long a token lives: 60 to 3600, 900 unless given"
    )
    private static let mappings = Option(
        name: "from-file",
        placeholder: "FILE",
        help: "A JSON document of the API instead of the other options, for several mappings; - is the standard input",
        values: .file
    )

    static let listIssuers = Command(
        name: "issuers list",
        summary: "List the issuers",
        options: [.limit],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway issuers list", "keyway issuers list --output yaml"]
    ) { arguments in
        let limit = try arguments.count(.limit)
        let session = try ClientSession(arguments)
        let issuers = try await session.collect(
            "Listing issuers",
            session.client.tokenIssuers.all(pageSize: min(limit ?? 100, 100)),
            limit: limit
        )
        try session.output.list(issuers, IssuerColumns.all, noun: "issuers")
    }

    static let showIssuer = Command(
        name: "issuers show",
        summary: "Show one issuer",
        operands: [.issuer],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: ["keyway issuers show 01a1f9a5-f37d-7002-8a12-7d1c0e9f3c44"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.issuer]
        let issuer = try await session.onIssuer("Getting", id) { try await session.client.tokenIssuers.get(id) }
        try session.output.one(issuer, IssuerColumns.all)
    }

    static let createIssuer = Command(
        name: "issuers create",
        summary: "Let tokens of an OpenID Connect issuer stand for a service account",
        discussion: [
            "A workload then exchanges its token at /api/v2/token for one of the service account that lives for minutes. "
                + "Bind a claim that tells workloads apart, such as sub: a public issuer gives tokens to everyone."
        ],
        options: [issuer, audience, serviceAccount, claim, scope, lifetime, mappings],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: [
            "keyway issuers create --issuer https://token.actions.githubusercontent.com \\\n"
                + "    --service-account 01a1f9a5-f37d-7001-b35b-0f569d172fd3 \\\n"
                + "    --claim 'sub=repo:acme@12/api@34:*'"
        ]
    ) { arguments in
        let new = try newIssuer(arguments)
        let session = try ClientSession(arguments)
        let issuer = try await session.perform("Creating") { try await session.client.tokenIssuers.create(new) }
        try session.output.one(issuer, IssuerColumns.all)
    }

    private static func newIssuer(_ arguments: Arguments) throws -> NewTokenIssuer {
        if let (file, data) = try document(arguments) { return try read(data, from: file, NewTokenIssuer.init(json:)) }
        let claims = try claims(arguments)
        guard !claims.isEmpty else {
            throw CommandError.usage(
                "a claim is needed that tells workloads apart: --claim sub=…",
                of: arguments.command
            )
        }
        let scopes = arguments.all(scope)
        let mapping = TokenIssuer.Mapping(
            serviceAccountID: try arguments.required(serviceAccount, asking: "Id of the service account"),
            claims: claims,
            scopes: scopes.isEmpty ? nil : scopes,
            lifetime: try arguments.count(lifetime)
        )
        return NewTokenIssuer(
            issuer: try arguments.required(issuer, asking: "URL of the issuer"),
            audience: arguments[audience],
            mappings: [mapping]
        )
    }

    private static func claims(_ arguments: Arguments) throws -> [TokenIssuer.Claim] {
        try arguments.all(claim).map { text in
            let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else {
                throw CommandError.usage("--claim must be NAME=VALUE", of: arguments.command)
            }
            return TokenIssuer.Claim(halves[0], halves[1])
        }
    }

    /// The `data` object of a file that takes the place of all options, with the file's name.
    private static func document(_ arguments: Arguments) throws -> (file: String, data: JSONValue)? {
        guard let file = arguments[mappings] else { return nil }
        guard [issuer, audience, serviceAccount, claim, scope, lifetime].allSatisfy({ arguments.all($0).isEmpty })
        else { throw CommandError.usage("--from-file takes the place of all other options", of: arguments.command) }
        var input = InputSource()
        return (file, try input.document(file)["data"] ?? .null)
    }

    private static func read<Body>(
        _ data: JSONValue,
        from file: String,
        _ body: (JSONValue) throws -> Body
    ) throws(CommandError) -> Body {
        do {
            return try body(data)
        } catch {
            throw CommandError(.data, "\(file) is no token issuer: \(error)")
        }
    }

    static let updateIssuer = Command(
        name: "issuers update",
        summary: "Change an issuer; what is not given stays as it is",
        discussion: [
            "--service-account, --claim, --scope and --lifetime change the one mapping of an issuer that has no more: all "
                + "claims are replaced by those that are given, and so are all scopes. Several mappings come from a file, "
                + "which replaces all of them. Tokens that were given before live on for their minutes."
        ],
        operands: [.issuer],
        options: [issuer, audience, serviceAccount, claim, scope, lifetime, mappings],
        sharedOptions: [Output.options, ServerOptions.group],
        examples: [
            "keyway issuers update 01a1f9a5-f37d-7002-8a12-7d1c0e9f3c44 \\\n"
                + "    --claim 'sub=repo:acme@12/api@34:*' --claim environment=production"
        ]
    ) { arguments in
        let id = arguments[.issuer]
        var changes = TokenIssuerUpdate(issuer: arguments[issuer], audience: arguments[audience])
        if let (file, data) = try document(arguments) {
            changes = try read(data, from: file, TokenIssuerUpdate.init(json:))
        }
        let changesMapping = [serviceAccount, claim, scope, lifetime].contains { !arguments.all($0).isEmpty }
        guard changesMapping || changes != TokenIssuerUpdate() else {
            throw CommandError.usage("there is nothing to change: give at least one option", of: arguments.command)
        }
        let (claims, scopes, seconds) = (try claims(arguments), arguments.all(scope), try arguments.count(lifetime))
        let session = try ClientSession(arguments)
        if changesMapping {
            let current = try await session.onIssuer("Getting", id) { try await session.client.tokenIssuers.get(id) }
            guard var mapping = current.mappings.first, current.mappings.count == 1 else {
                throw CommandError(
                    .data,
                    "the issuer has \(current.mappings.count) mappings, and it is not said which one is meant",
                    try: "keyway issuers update \(id) --from-file FILE, with all of them"
                )
            }
            mapping.serviceAccountID = arguments[serviceAccount] ?? mapping.serviceAccountID
            if !claims.isEmpty { mapping.claims = claims }
            if !scopes.isEmpty { mapping.scopes = scopes }
            mapping.lifetime = seconds ?? mapping.lifetime
            changes.mappings = [mapping]
        }
        let update = changes
        let updated = try await session.onIssuer("Updating", id) {
            try await session.client.tokenIssuers.update(id, with: update)
        }
        try session.output.one(updated, IssuerColumns.all)
    }

    static let deleteIssuer = Command(
        name: "issuers delete",
        summary: "Delete an issuer, whose tokens are exchanged no longer",
        discussion: ["It asks first; without a terminal it needs --yes."],
        operands: [.issuer],
        options: [.yes],
        sharedOptions: [ServerOptions.group],
        examples: ["keyway issuers delete 01a1f9a5-f37d-7002-8a12-7d1c0e9f3c44 --yes"]
    ) { arguments in
        let session = try ClientSession(arguments)
        let id = arguments[.issuer]
        try arguments.confirm("Delete issuer \(id)? Its tokens will be exchanged no longer.")
        try await session.onIssuer("Deleting", id) { try await session.client.tokenIssuers.delete(id) }
        session.output.done("Issuer \(id) is deleted.")
    }
}
