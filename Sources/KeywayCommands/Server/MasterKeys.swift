import Documents
import KeywayServer
import Storage
import Vault

/// The master keys of a running server: those that it started with, and those that it is told to read again.
struct MasterKeys: Sendable {
    let location: DataLocation
    let store: any SealedSecretStore & ServerKeyStore & ChangeStore
    let log: AccessLog

    /// The master keys, which hold all that the store's secrets need.
    func load() async throws -> MasterKeyring {
        try await check(try location.loadMasterKeys())
    }

    /// Reads the file again, as after `keyway rotate-master-key`, and brings the stored secrets under its first key.
    func reload(into vault: Vault) async {
        guard !location.masterKeysAreInEnvironment else {
            return log.note(
                "master keys not read",
                level: .warning,
                [.init("reason", .string("they came from \(DataLocation.masterKeysVariable): restart to change them"))]
            )
        }
        do {
            vault.use(try await check(try location.readMasterKeyFile()))
            log.note("master keys read again", [.init("active", .string(vault.activeKeyID))])
            await rewrap(with: vault)
        } catch {
            let reason = (error as? CommandError)?.message ?? "\(error)"
            log.note("master keys not read", level: .error, [.init("reason", .string(reason))])
        }
    }

    /// How often a node looks for master keys that other nodes were given.
    private static let interval: Duration = .seconds(5)

    /// Reads the file again when the store knows of a master key that is not at hand, or no longer of the one that
    /// seals: another node was given others. It goes on until the task is cancelled, and blocks as the store's reads do.
    func followOthers(with vault: Vault) async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            guard let used = try? store.masterKeyIDs() else { continue }
            if !vault.holds(used) || !used.contains(vault.activeKeyID) { await reload(into: vault) }
        }
    }

    /// Brings the stored secrets under the active master key, if any are under another.
    func rewrap(with vault: Vault) async {
        do {
            let count = try await SecretRewrapping(store: store, vault: vault).run()
            guard count > 0 else { return }
            log.note("secrets rewrapped", [.init("records", .integer(Int64(count)))])
        } catch {
            log.note("secrets not rewrapped", level: .error, [.init("reason", .string("\(error)"))])
        }
    }

    /// Refuses master keys of which some are missing that secrets somewhere are sealed under.
    static func require(
        _ ids: [String],
        of place: String,
        in keyring: MasterKeyring,
        _ location: DataLocation
    ) throws(CommandError) {
        let missing = ids.filter { !keyring.ids.contains($0) }
        guard !missing.isEmpty else { return }
        throw CommandError(
            .configuration,
            "the secrets in \(place) are sealed under master keys that are not at hand "
                + "(\(missing.joined(separator: ", "))): "
                + (location.masterKeysAreInEnvironment
                    ? "give the right ones in \(DataLocation.masterKeysVariable)"
                    : "give the right file with --master-key-file, or put it back from its backup")
        )
    }

    /// Refuses master keys with which some secrets would not open, and notes the active one before its first use.
    private func check(_ keyring: MasterKeyring) async throws -> MasterKeyring {
        let used = try store.masterKeyIDs()
        try Self.require(used, of: location.name, in: keyring, location)
        if !used.contains(keyring.active.id) {
            _ = try await store.commit(Change([.noteMasterKey(id: keyring.active.id)], event: nil))
        }
        return keyring
    }
}
