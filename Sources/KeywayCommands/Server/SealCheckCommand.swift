import KeywayServer
import PKCS11
import Storage
import Vault

extension Command {
    private static let records = Option(
        name: "records",
        placeholder: "N",
        help: "How many stored records to try; 100 if not given"
    )

    static let sealCheck = Command(
        name: "seal check",
        summary: "Prove that the master keys open what is sealed, before that is relied on",
        discussion: [
            "Each key in hardware wraps a data key, and another process that logs in anew unwraps it. If there is a data "
                + "directory, all master keys that it needs must be at hand, and the server's own keys and some records "
                + "must open. The server may be running. Nothing is changed, and no secret is looked at."
        ],
        options: DataLocation.storeOptions + DataLocation.masterKeyOptions + [records],
        examples: ["keyway seal check --data-dir /var/lib/keyway --master-key-file /etc/keyway/master.key"]
    ) { arguments in
        try await SealCheck(location: DataLocation(arguments), records: try arguments.count(records) ?? 100).run()
    }
}

/// Performs `keyway seal check`.
private struct SealCheck {
    let location: DataLocation
    let records: Int

    func run() async throws {
        let list = try location.loadMasterKeys()
        for uri in list.hardware { try await KeyProof(uri).run() }
        let hardware = PKCS11Keys(launch: KeyHelper.launcher())
        defer { hardware.closeOthers(than: nil) }
        let keyring = try await hardware.keyring(of: list)
        var text = ""
        for uri in list.hardware {
            text += "\(try await hardware.open(uri).id) is in hardware, and opens what it sealed in another process.\n"
        }
        for id in list.ids { text += "\(id) is at hand.\n" }
        text += "\(keyring.active.id) seals.\n"
        if location.hasStore { text += try await checkStore(keyring) }
        try Terminal.print(text)
    }

    private func checkStore(_ keyring: MasterKeyring) async throws -> String {
        let secrets = try location.openSealedSecrets()
        let used = try secrets.masterKeyIDs()
        try MasterKeys.require(used, of: location.name, in: keyring, location)
        let count: Int
        do {
            count = try await SecretExamination(store: secrets, vault: Vault(keyring: keyring)).run(atMost: records)
        } catch let error as VaultError {
            throw CommandError(.data, "a secret in \(location.name) does not open: \(error)")
        }
        let sealed = used.isEmpty ? "nothing yet" : used.joined(separator: ", ")
        return """
            \(location.name) is sealed under \(sealed).
            The server's own keys open, and \(count) record\(count == 1 ? "" : "s") that \(count == 1 ? "was" : "were") tried.

            """
    }
}
