import Vault

extension Command {
    static let rotateMasterKey = Command(
        name: "rotate-master-key",
        summary: "Add a master key that seals from now on",
        discussion: [
            "A running server takes it at SIGHUP, brings all secrets under it while it serves, and says so in its log.",
            "After that the older keys' lines may be removed from the file.",
        ],
        options: DataLocation.storeOptions + [DataLocation.masterKeyFileOption],
        examples: ["keyway rotate-master-key --data-dir /var/lib/keyway"]
    ) { arguments in
        let location = try DataLocation(arguments)
        do {
            let keyring = try MasterKeyring.addActiveKey(at: location.masterKeyFile)
            try Terminal.print(
                """
                \(location.masterKeyFile) has a new master key, \(keyring.active.id). Back the file up.

                Next: send SIGHUP to the server, or restart it, once the backup is made

                """
            )
        } catch let error as MasterKeyError {
            throw CommandError(.input, error.description)
        }
    }
}
