import Access
import Documents
import KeywayServer
import PKCS11
import Storage
import Vault

/// The master keys of a running server: those that it started with, and those that it is told to read again.
struct MasterKeys: Sendable {
    let location: DataLocation
    let store: any SealedSecretStore & ServerKeyStore & ChangeStore & AccessStore
    let log: AccessLog
    private let hardware = PKCS11Keys(launch: KeyHelper.launcher())

    /// How long to wait before secrets are rewrapped that hardware did not open, or wrap.
    private static let pause: Duration = .seconds(5)

    /// The master keys, which hold all that the store's secrets need.
    func load() async throws -> MasterKeyring {
        try await check(try await hardware.keyring(of: try location.loadMasterKeys()))
    }

    /// Ends the helpers of keys in hardware.
    func close() {
        hardware.closeOthers(than: nil)
    }

    /// Reads the file again, as after `keyway rotate-master-key`.
    ///
    /// - Returns: Whether other master keys may be active now.
    func reload(into vault: Vault) async -> Bool {
        guard !location.masterKeysAreInEnvironment else {
            log.note(
                "master keys not read",
                level: .warning,
                [.init("reason", .string("they came from \(DataLocation.masterKeysVariable): restart to change them"))]
            )
            return false
        }
        do {
            let list = try location.readMasterKeyFile()
            vault.use(try await check(try await hardware.keyring(of: list)))
            hardware.closeOthers(than: list)
            log.note("master keys read again", [.init("active", .string(vault.activeKeyID))])
            return true
        } catch {
            let reason = (error as? CommandError)?.message ?? "\(error)"
            log.note("master keys not read", level: .error, [.init("reason", .string(reason))])
            return false
        }
    }

    /// How often a node looks for master keys that other nodes were given.
    private static let interval: Duration = .seconds(5)

    /// Reads the file again when the store knows of a master key that is not at hand, or no longer of the one that
    /// seals: another node was given others. It goes on until the task is cancelled, and blocks as the store's reads do.
    func followOthers(with vault: Vault) async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            guard let used = try? store.masterKeyIDs() else { continue }
            if !vault.holds(used) || !used.contains(vault.activeKeyID) {
                if await reload(into: vault) { await rewrap(with: vault) }
            }
        }
    }

    /// Brings the stored secrets under the active master key, if any are under another. Where hardware is away, it goes
    /// on once it is there again, until the task is cancelled.
    func rewrap(with vault: Vault) async {
        while !Task.isCancelled {
            do {
                let count = try await SecretRewrapping(store: store, vault: vault).run()
                guard count > 0 else { return }
                return log.note("secrets rewrapped", [.init("records", .integer(Int64(count)))])
            } catch is CancellationError {
                return
            } catch VaultError.unavailable(let reason) {
                log.note("secrets not rewrapped", level: .warning, [.init("reason", .string(reason))])
                try? await Task.sleep(for: Self.pause)
            } catch {
                return log.note("secrets not rewrapped", level: .error, [.init("reason", .string("\(error)"))])
            }
        }
    }

    /// Notes in the log when a master key in hardware can't be used, and when it can again, until the task is cancelled.
    func watch(_ vault: Vault) async {
        var isUnavailable = false
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let reason = vault.unavailability
            guard (reason != nil) != isUnavailable else { continue }
            isUnavailable = reason != nil
            if let reason {
                log.note("master key unavailable", level: .error, [.init("reason", .string(reason))])
            } else {
                log.note("master key available", [])
            }
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
            let change = Change([.noteMasterKey(id: keyring.active.id)], events: try events(keyring.active))
            _ = try await store.commit(change)
        }
        return keyring
    }

    /// The events that tell each organisation of a master key that seals from now on.
    private func events(_ key: MasterKey) throws -> [AuditEvent] {
        try store.organizations().map { organization in
            AuditEvent(
                organization: organization.id,
                actor: .operatorCommand("keyway rotate-master-key"),
                action: "master_key.activate",
                resourceType: "organization",
                resource: organization.id,
                details: [
                    .init("master_key", .string(key.id)), .init("place", key.isInHardware ? "hardware" : "file"),
                ]
            )
        }
    }
}
