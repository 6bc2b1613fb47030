import Access
import Cryptography
import KeywayServer
import SQLiteStorage
import Storage
import Vault

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where a server's data and its master keys are: beside each other, so that one backup is not both.
struct DataLocation {
    static let directoryOption = Option(
        name: "data-dir",
        placeholder: "DIR",
        help: "Directory of the data; $XDG_DATA_HOME/keyway if not given"
    )
    static let masterKeyFileOption = Option(
        name: "master-key-file",
        placeholder: "FILE",
        help: "File of the master keys, outside DIR; DIR.key if not given"
    )
    /// Holds the content of a master key file, instead of one.
    static let masterKeysVariable = "KEYWAY_MASTER_KEYS"

    let directory: String
    let masterKeyFile: String

    init(_ arguments: Arguments) throws(CommandError) {
        if let path = arguments[Self.directoryOption] {
            directory = try Self.trimmed(path)
        } else {
            directory = try Self.standardDirectory()
        }
        masterKeyFile = arguments[Self.masterKeyFileOption] ?? directory + ".key"
        let inside = URL(filePath: masterKeyFile).standardizedFileURL.path()
        let outside = URL(filePath: directory, directoryHint: .isDirectory).standardizedFileURL.path()
        if inside.hasPrefix(outside) {
            throw CommandError(
                .configuration,
                "the master key file \(masterKeyFile) is inside the data directory, so that one backup would hold both: "
                    + "choose another place with --master-key-file"
            )
        }
    }

    private static func standardDirectory() throws(CommandError) -> String {
        if let base = Environment["XDG_DATA_HOME"], base.hasPrefix("/") { return base + "/keyway" }
        if let home = Environment["HOME"] { return home + "/.local/share/keyway" }
        throw CommandError(.configuration, "there is no home directory: say where the data are with --data-dir")
    }

    private static func trimmed(_ path: String) throws(CommandError) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard path != "/", !path.isEmpty else {
            throw CommandError(.usage, "--data-dir must be a directory of its own")
        }
        return path
    }

    /// Opens the store, which must exist.
    func openStore() throws(CommandError) -> SQLiteStore {
        do {
            return try SQLiteStore(directory: directory, digest: Self.digest)
        } catch {
            throw CommandError(.unavailable, error.reason)
        }
    }

    /// Creates the store, or opens one that exists.
    func createStore() throws(CommandError) -> SQLiteStore {
        do {
            return try SQLiteStore.create(in: directory, digest: Self.digest)
        } catch {
            throw CommandError(.cannotCreate, error.reason)
        }
    }

    /// The master keys, from the environment or from their file.
    func loadMasterKeys() throws(CommandError) -> MasterKeyring {
        do {
            if let keys = try MasterKeyring.takeFromEnvironment(Self.masterKeysVariable) { return keys }
            return try MasterKeyring.load(from: masterKeyFile)
        } catch {
            throw CommandError(.input, error.description)
        }
    }

    /// The master keys, newly made unless they exist: an earlier start may have been interrupted after it made them.
    func createMasterKeys() throws(CommandError) -> MasterKeyring {
        do {
            if let keys = try MasterKeyring.takeFromEnvironment(Self.masterKeysVariable) { return keys }
            if FileManager.default.fileExists(atPath: masterKeyFile) {
                return try MasterKeyring.load(from: masterKeyFile)
            }
            return try MasterKeyring.create(at: masterKeyFile)
        } catch {
            throw CommandError(.cannotCreate, error.description)
        }
    }

    private static let digest: SQLiteStore.DigestFunction = { KeyDigest(SHA256.digest(of: $0)) }
}

extension StoreError {
    /// What a person at the command line reads.
    var reason: String {
        switch self {
        case .unavailable(let reason), .corrupt(let reason): reason
        case .closed: "the store is closed"
        }
    }
}
