import Access
import Documents
import KeywayServer
import PKCS11
import Platform
import Storage
import Vault

extension Command {
    static let initialize = Command(
        name: "init",
        summary: "Create the store and master keys, and an organisation with its keys",
        discussion: [
            "The keys are printed once, and exist nowhere else: Keyway keeps only their digests."
        ],
        options: DataLocation.storeOptions + DataLocation.masterKeyOptions + [.json],
        examples: ["keyway init --data-dir /var/lib/keyway"]
    ) { arguments in
        try await Initialization(arguments).run()
    }
}

/// Performs `keyway init`.
private struct Initialization {
    private let location: DataLocation
    private let printsJSON: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        location = try DataLocation(arguments)
        printsJSON = arguments.has(.json)
    }

    func run() async throws {
        umask(0o077)
        let store = try location.createStore()
        guard try !store.isInitialized() else {
            throw CommandError(
                .cannotCreate,
                "\(location.name) is initialised already; its keys can't be shown again\n"
                    + "Try: keyway serve \(location.options)"
            )
        }
        // The master keys first: secrets must never be stored under keys that a crash could lose.
        let hardware = PKCS11Keys(launch: KeyHelper.launcher())
        defer { hardware.closeOthers(than: nil) }
        let masterKeys = try await hardware.keyring(of: try location.createMasterKeys())
        let first = NewOrganization(name: "Default", createdBy: "keyway init")
        // Of two that are started at once on a database, one must not go on beside the other's organisation.
        let change = first.change(noting: [.noteMasterKey(id: masterKeys.active.id)], requiring: [.noOrganization])
        guard try await store.commit(change) == .committed else {
            throw CommandError(
                .cannotCreate,
                "\(location.name) was initialised by another process meanwhile: the keys and master keys are its\n"
                    + "Try: keyway serve \(location.options), with a copy of its master keys"
            )
        }
        await store.close()
        do {
            try Terminal.print(printsJSON ? first.keys.json : "Keyway is initialised. " + first.keys.text + closing)
        } catch {
            let next =
                switch location.store {
                case .directory(let directory): "Remove \(directory), then try: keyway init again"
                case .database: "Try: keyway recover \(location.store.options)"
                }
            throw CommandError(error.code, "\(error.message)\nThe keys are lost. \(next)")
        }
    }

    private var closing: String {
        let masterKeys =
            if let uri = location.masterKey {
                "\(uri): keep a copy of the key, as its vendor says"
            } else {
                (location.masterKeysAreInEnvironment
                    ? "those in \(DataLocation.masterKeysVariable)" : location.masterKeyFile)
                    + ": back them up, and not with the data"
            }
        let title = location.store.title
        let place = title + String(repeating: " ", count: 16 - title.count) + location.name
        return """
            \(place)
            Master keys     \(masterKeys)

            Next: keyway serve \(location.options)

            """
    }
}
