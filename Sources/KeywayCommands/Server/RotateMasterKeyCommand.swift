import PKCS11
import Vault

extension Command {
    private static let to = Option(
        name: "to",
        placeholder: "URI",
        help: "A key in a hardware security module that seals from now on; a new key in the file if not given"
    )

    static let rotateMasterKey = Command(
        name: "rotate-master-key",
        summary: "Add a master key that seals from now on",
        discussion: [
            "A running server takes it at SIGHUP, brings all secrets under it while it serves, and says so in its log.",
            "After that the older keys' lines may be removed from the file.",
            "A key in hardware is named in the file by its URI, and proved before.",
        ],
        options: DataLocation.storeOptions + DataLocation.masterKeyOptions + [to],
        examples: [
            "keyway rotate-master-key --data-dir /var/lib/keyway",
            "keyway rotate-master-key --data-dir /var/lib/keyway "
                + "--to 'pkcs11:token=T;object=K?module-path=/usr/lib/m.so&pin-source=file:/etc/keyway/pin'",
        ]
    ) { arguments in
        let location = try DataLocation(arguments)
        let uri = try arguments[to].map { text throws(CommandError) in try DataLocation.hardwareKey(text, of: to) }
        let key = try await uri.map(KeyProof.init)?.run()
        do {
            let list = try MasterKeyList.activate(uri, at: location.masterKeyFile, naming: location.masterKey)
            let what =
                if let key {
                    "names a key in hardware first, \(key.id): secrets depend on it from now on. Keep a copy of the key,"
                        + "\nas its vendor says."
                } else {
                    "has a new master key, \(list.ids[0]). Back the file up."
                }
            try Terminal.print(
                """
                \(location.masterKeyFile) \(what)

                Next: send SIGHUP to the server, or restart it\(key == nil ? ", once the backup is made" : "")

                """
            )
        } catch let error as MasterKeyError {
            throw CommandError(.input, error.description)
        }
    }
}
