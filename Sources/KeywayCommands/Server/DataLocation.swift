import ActService
import Access
import Cryptography
import KeywayServer
import PKCS11
import Platform
import Storage
import Vault

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
/// Where a server's data and its master keys are: apart, so that one backup is not both.
struct DataLocation {
    static let directoryOption = Option.setting(
        "data-dir",
        "DIR",
        "Directory of the data; $XDG_DATA_HOME/keyway if not given",
        values: .directory
    )
    static let masterKeyFileOption = Option.setting(
        "master-key-file",
        "FILE",
        "File of the master keys, outside DIR; DIR.key if not given, $XDG_DATA_HOME/keyway.key with a database",
        values: .file
    )
    static let masterKeyOption = Option.setting(
        "master-key",
        "URI",
        "Master key in a hardware security module: pkcs11:token=T;object=K?module-path=M&pin-source=P"
    )
    static let masterKeyOptions = [masterKeyFileOption, masterKeyOption]
    /// Holds the content of a master key file, instead of one.
    static let masterKeysVariable = "KEYWAY_MASTER_KEYS"

    /// The options that name a store.
    static let storeOptions = [directoryOption] + DatabaseLocation.options

    let store: StoreLocation
    let masterKeyFile: String
    let masterKeysAreInEnvironment: Bool
    /// A key in hardware that is active, unless the file names it behind another.
    let masterKey: HardwareKeyURI?
    private let masterKeyFileIsStandard: Bool

    /// The place of the data as messages name it.
    var name: String { store.name }

    /// The options that name this place, for a command to try next.
    var options: String {
        // The URI has characters that mean something to a shell.
        store.options + (masterKeyFileIsStandard ? "" : " --master-key-file \(masterKeyFile)")
            + (masterKey.map { " --master-key '\($0)'" } ?? "")
    }

    init(_ arguments: Arguments) throws(CommandError) {
        store = try Self.store(arguments)
        masterKeysAreInEnvironment = Environment.has(Self.masterKeysVariable)
        masterKey = try arguments[Self.masterKeyOption].map { text throws(CommandError) in
            try Self.hardwareKey(text, of: Self.masterKeyOption)
        }
        let given = arguments[Self.masterKeyFileOption].map(Self.absolute)
        switch store {
        case .directory(let directory):
            masterKeyFile = given ?? directory + ".key"
            masterKeyFileIsStandard = masterKeyFile == directory + ".key"
            if Self.resolved(masterKeyFile).hasPrefix(Self.resolved(directory) + "/") {
                throw CommandError(
                    .configuration,
                    "the master key file \(masterKeyFile) is inside the data directory, so that one backup would hold "
                        + "both: choose another place with --master-key-file"
                )
            }
        case .database:
            if let given {
                masterKeyFile = given
            } else {
                masterKeyFile = try Self.standardDirectory() + ".key"
            }
            masterKeyFileIsStandard = given == nil
        }
    }

    /// The store that the command line names, or else the variables.
    private static func store(_ arguments: Arguments) throws(CommandError) -> StoreLocation {
        let path = arguments[directoryOption]
        let isDirectoryGiven = arguments.isOnCommandLine(directoryOption)
        let (isDatabaseNamed, isDatabaseGiven) = DatabaseLocation.isNamed(by: arguments)
        guard path == nil || !isDatabaseNamed || isDirectoryGiven != isDatabaseGiven else {
            throw CommandError(.usage, "a store is a directory or a database: give --data-dir or --store, not both")
        }
        if path == nil || isDatabaseGiven, let database = try DatabaseLocation(arguments) { return .database(database) }
        let directory: String
        if let path { directory = absolute(path) } else { directory = try standardDirectory() }
        guard directory != "/", !directory.hasSuffix("/..") else {
            throw CommandError(.usage, "--data-dir must name a directory of its own, such as /var/lib/keyway")
        }
        return .directory(directory)
    }

    /// Reads the URI of a key in hardware.
    static func hardwareKey(_ text: String, of option: Option) throws(CommandError) -> HardwareKeyURI {
        do {
            return try HardwareKeyURI(parsing: text)
        } catch {
            throw CommandError(.usage, "--\(option.name) is no URI of a key in hardware: \(error.description)")
        }
    }

    private static func standardDirectory() throws(CommandError) -> String {
        if let base = Environment["XDG_DATA_HOME"], base.hasPrefix("/") { return base + "/keyway" }
        if let home = Environment["HOME"] { return home + "/.local/share/keyway" }
        throw CommandError(.configuration, "there is no home directory: say where the data are with --data-dir")
    }

    /// The path from the root, without `.` and final slashes: other paths are made from it.
    static func absolute(_ path: String) -> String {
        let base = path.hasPrefix("/") ? "" : FileManager.default.currentDirectoryPath + "/"
        return "/" + (base + path).split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// The path with symbolic links followed, as far as it exists.
    private static func resolved(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return path }
        return resolved(String(path[..<slash])) + path[slash...]
    }

    /// The master keys, from the environment or from their file, with the one in hardware that an option names.
    func loadMasterKeys() throws(CommandError) -> MasterKeyList {
        do {
            if let keys = try MasterKeyList.takeFromEnvironment(Self.masterKeysVariable) {
                return keys.naming(masterKey)
            }
        } catch {
            throw CommandError(.input, error.description)
        }
        return try readMasterKeyFile()
    }

    /// The master keys that the file holds now, with the one in hardware that an option names.
    func readMasterKeyFile() throws(CommandError) -> MasterKeyList {
        do {
            return try MasterKeyList.read(masterKeyFile, naming: masterKey)
        } catch {
            throw CommandError(.input, error.description)
        }
    }

    /// The master keys, newly made unless they exist: an earlier start may have been interrupted after it made them.
    func createMasterKeys() throws(CommandError) -> MasterKeyList {
        do {
            if let keys = try MasterKeyList.takeFromEnvironment(Self.masterKeysVariable) {
                return keys.naming(masterKey)
            }
            if masterKey != nil || FileManager.default.fileExists(atPath: masterKeyFile) {
                return try MasterKeyList.read(masterKeyFile, naming: masterKey)
            }
            return try MasterKeyList.create(at: masterKeyFile)
        } catch {
            throw CommandError(.cannotCreate, error.description)
        }
    }
}

extension PKCS11Keys {
    /// Makes master keys ready for use: those in hardware are found and proved.
    func keyring(of list: MasterKeyList) async throws(CommandError) -> MasterKeyring {
        do throws(VaultError) {
            return try await open(list)
        } catch .unavailable(let reason) {
            throw CommandError(.unavailable, "the master key can't be used: \(reason)")
        } catch {
            throw CommandError(.unavailable, error.description)
        }
    }
}

extension StoreError {
    /// The message for a person at the command line.
    var reason: String {
        switch self {
        case .unavailable(let reason), .corrupt(let reason): reason
        case .closed: "the store is closed"
        }
    }
}
