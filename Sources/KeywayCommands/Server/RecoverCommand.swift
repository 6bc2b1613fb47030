import Access
import Documents
import Storage

extension Command {
    static let recover = Command(
        name: "recover",
        summary: "Create new keys for a user who has lost theirs, or has none yet",
        discussion: [
            "Without options they are an admin's of the first organisation. A server on a data directory must be stopped, "
                + "nodes on a database need not.",
            "The keys are printed once, and are nowhere else. Lost keys stay valid until they are deleted over the API.",
        ],
        options: DataLocation.storeOptions + [Recovery.organization, Recovery.user, .json],
        examples: ["keyway recover --data-dir /var/lib/keyway --user ada@example.com"]
    ) { arguments in
        try await Recovery(arguments).run()
    }
}

/// Performs `keyway recover`.
private struct Recovery {
    static let organization = Option.setting(
        "organization",
        "NAME",
        "Name of the organisation; the first one if not given"
    )
    static let user = Option.setting(
        "user",
        "HANDLE",
        "Handle of the user, as a rule an e-mail address; an admin if not given"
    )

    private let arguments: Arguments
    private let location: DataLocation

    init(_ arguments: Arguments) throws(CommandError) {
        self.arguments = arguments
        location = try DataLocation(arguments)
    }

    func run() async throws {
        let store = try location.openStore()
        let user = try user(in: try organization(in: store), store)
        let keys = NewKeys(
            "Recovered",
            of: user,
            identifiers: IdentifierGenerator(after: try store.newestIdentifier())
        )
        let change = Change(
            keys.mutations,
            event: AuditEvent(
                organization: user.organization,
                actor: .operatorCommand("keyway recover"),
                action: "user.recover_keys",
                resourceType: "users",
                resource: user.id
            )
        )
        guard try await store.commit(change) == .committed else {
            throw CommandError(.unavailable, "the keys were not created; try again")
        }
        await store.close()
        try Terminal.print(arguments.has(.json) ? keys.json : keys.text)
    }

    private func organization(in store: any Store) throws -> Organization {
        let all = try store.organizations()
        guard let name = arguments[Self.organization] else {
            if let first = all.first { return first }
            throw CommandError(
                .configuration,
                "\(location.name) holds no organisation yet\nTry: keyway init \(location.options)"
            )
        }
        if let named = all.first(where: { $0.name == name }) { return named }
        let names = all.map(\.name).joined(separator: ", ")
        throw CommandError(.input, "there is no organisation named \(name); there are: \(names)")
    }

    private func user(in organization: Organization, _ store: any Store) throws -> User {
        var filter = UserFilter()
        filter.isDisabled = false
        filter.handle = arguments[Self.user]?.lowercased()
        var page = 0
        while true {
            let users = try store.users(
                in: organization.id,
                matching: filter,
                order: UserOrder(by: .createdAt),
                page: Page(size: 100, number: page)
            ).elements
            if let user = users.first(where: { filter.handle != nil || $0.roles.contains(Role.admin.id) }) {
                return user
            }
            guard users.count == 100 else { break }
            page += 1
        }
        let who = arguments[Self.user].map { "enabled user \($0)" } ?? "enabled admin"
        throw CommandError(.input, "\(organization.name) has no \(who): give another with --user")
    }
}
