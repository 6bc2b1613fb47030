import Access
import Documents
import KeywayServer
import SQLiteStorage
import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Command {
    static let initialize = Command(
        name: "init",
        summary: "Create the data directory, the master keys, and the first keys of an organisation",
        discussion: [
            "The keys are printed once, and are nowhere else: Keyway keeps their digests alone."
        ],
        options: [DataLocation.directoryOption, DataLocation.masterKeyFileOption, Initialization.json],
        example: "keyway init --data-dir /var/lib/keyway"
    ) { arguments in
        try await Initialization(arguments).run()
    }
}

/// What `keyway init` does.
private struct Initialization {
    static let json = Option(name: "json", placeholder: nil, help: "Print one JSON object, for scripts")

    private let location: DataLocation
    private let printsJSON: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        location = try DataLocation(arguments)
        printsJSON = arguments.has(Self.json)
    }

    func run() async throws {
        umask(0o077)
        let store = try location.createStore()
        guard try !store.isInitialized() else {
            throw CommandError(
                .cannotCreate,
                "\(location.directory) is initialised already; its keys can't be shown again\n"
                    + "Try: keyway serve --data-dir \(location.directory)"
            )
        }
        // The master keys first: secrets must never be stored under keys that a crash could lose.
        _ = try location.createMasterKeys()
        let first = FirstKeys()
        guard try await store.commit(first.change) == .committed else {
            throw CommandError(.cannotCreate, "\(location.directory) is initialised already by another process")
        }
        await store.close()
        do {
            try Terminal.print(printsJSON ? first.json : first.text(location))
        } catch {
            throw CommandError(
                error.code,
                "\(error.message)\nThe keys are lost. Remove \(location.directory), then try: keyway init again"
            )
        }
    }
}

/// The first organisation, its admin, and their keys.
private struct FirstKeys {
    private let organization: Organization
    private let user: User
    private let apiKey: (text: String, record: APIKey)
    private let applicationKey: (text: String, record: ApplicationKey)

    init() {
        let identifiers = IdentifierGenerator()
        let now = Timestamp.now
        organization = Organization(id: identifiers.next(), name: "Default", createdAt: now)
        user = User(
            id: identifiers.next(),
            organization: organization.id,
            handle: "admin",
            roles: [Role.admin.id],
            createdAt: now
        )
        let apiKeyText = KeyText.apiKey()
        let applicationKeyText = KeyText.applicationKey()
        apiKey = (
            apiKeyText,
            APIKey(
                id: identifiers.next(),
                organization: organization.id,
                name: "First API key",
                digest: KeyDigest(of: apiKeyText),
                last4: String(apiKeyText.suffix(4)),
                createdAt: now
            )
        )
        applicationKey = (
            applicationKeyText,
            ApplicationKey(
                id: identifiers.next(),
                organization: organization.id,
                owner: user.id,
                name: "First application key",
                digest: KeyDigest(of: applicationKeyText),
                last4: String(applicationKeyText.suffix(4)),
                scopes: nil,
                isRegistered: true,
                createdAt: now
            )
        )
    }

    var change: Change {
        Change(
            [
                .createOrganization(organization), .createUser(user), .createAPIKey(apiKey.record),
                .createApplicationKey(applicationKey.record),
            ],
            event: AuditEvent(
                organization: organization.id,
                actor: .operatorCommand("keyway init"),
                action: "organization.create",
                resourceType: "organization",
                resource: organization.id
            )
        )
    }

    var json: String {
        let object: JSONValue = [
            "api_key": .string(apiKey.text),
            "application_key": .string(applicationKey.text),
            "application_key_id": .string(applicationKey.record.id.description),
            "organization_id": .string(organization.id.description),
            "user_id": .string(user.id.description),
        ]
        return String(decoding: JSONWriter.bytes(of: object), as: UTF8.self) + "\n"
    }

    func text(_ location: DataLocation) -> String {
        let masterKeys =
            location.masterKeysAreInEnvironment ? "those in \(DataLocation.masterKeysVariable)" : location.masterKeyFile
        return """
            Keyway is initialised. These keys are shown once; keep them safe:

              DD_API_KEY=\(apiKey.text)
              DD_APP_KEY=\(applicationKey.text)

            Organisation    \(organization.id)
            Admin user      \(user.id)
            Application key \(applicationKey.record.id), registered for connections
            Data directory  \(location.directory)
            Master keys     \(masterKeys): back them up, and not with the data

            Next: keyway serve --data-dir \(location.directory)

            """
    }
}
