import Cryptography
import KeywayServer
import PKCS11
import Platform
import SQLiteStorage
import Storage
import Vault

extension Command {
    static let restore = Command(
        name: "restore",
        summary: "Check a backup, and make a data directory of it",
        discussion: [
            "The directory must be empty, or not there yet: nothing is overwritten. The backup is read from its first byte "
                + "to its last, must be what keyway backup wrote, to the bit, is brought to this version's schema, and each "
                + "of its secrets must open with the master keys.",
            "Keys that were deleted after the backup was made work again: delete them again.",
        ],
        operands: [Restoration.file],
        options: DataLocation.storeOptions + DataLocation.masterKeyOptions + [Restoration.withoutKeys],
        examples: ["keyway restore /var/backups/keyway/keyway-20261130T140509Z.db --data-dir /var/lib/keyway"]
    ) { arguments in
        try await Restoration(arguments).run()
    }
}

/// The work of `keyway restore`.
private struct Restoration {
    static let file = Operand(
        name: "FILE",
        help: "A file from keyway backup, or a copy by SQLite's own .backup; - for standard input",
        values: .file
    )
    static let withoutKeys = Option.flag(
        "without-master-keys",
        "Restore without the master keys: do not check whether the secrets open"
    )

    private let location: DataLocation
    private let directory: String
    private let file: String
    private let checksKeys: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        location = try DataLocation(arguments)
        directory = try location.store.directory(
            orElse: "a backup becomes a data directory, no database: restore a database by PostgreSQL's own tools, "
                + "from pg_basebackup and the archive of its write-ahead log, or by pg_restore from what pg_dump wrote"
        )
        file = arguments[Self.file]
        checksKeys = !arguments.has(Self.withoutKeys)
    }

    private var source: String { file == "-" ? "the standard input" : file }

    func run() async throws {
        umask(0o077)
        try requireNoLog()
        // First of all, so that what is missing is told before anything is copied.
        let hardware = PKCS11Keys(launch: KeyHelper.launcher())
        defer { hardware.closeOthers(than: nil) }
        let keyring = checksKeys ? try await hardware.keyring(of: try location.loadMasterKeys()) : nil
        let restoration: StoreRestoration
        do throws(StoreError) {
            restoration = try StoreRestoration(into: directory)
        } catch {
            throw CommandError(.cannotCreate, error.reason)
        }
        let isSealed = try copy(to: restoration.stagedDatabase)
        let summary = try check(restoration)
        let secrets = try await examine(restoration, summary, keyring)
        do throws(StoreError) {
            try restoration.finish()
        } catch {
            throw CommandError(.cannotCreate, error.reason)
        }
        try Terminal.print(text(summary, secrets: secrets, isSealed: isSealed))
    }

    private func text(_ summary: DatabaseSummary, secrets: Int?, isSealed: Bool) -> String {
        let unsealed =
            isSealed ? "" : "It was not made by keyway backup: whether each bit is what was copied was not checked.\n"
        let upgrade =
            summary.schemaVersion < summary.newestSchemaVersion
            ? "Its schema was brought from version \(summary.schemaVersion) to \(summary.newestSchemaVersion).\n" : ""
        let opened =
            secrets.map { "The secrets of \($0) record\($0 == 1 ? "" : "s") open." }
            ?? "Whether its secrets open was not checked."
        return """
            \(directory) is restored from \(source): \(summary.contents).
            \(unsealed)\(upgrade)\(opened)

            Next: keyway serve \(location.options)

            """
    }

    /// Refuses a plain copy of a database that was open: what was written last is in its log.
    private func requireNoLog() throws(CommandError) {
        var log = stat()
        guard file != "-", stat(file + "-wal", &log) == 0, log.st_size > 0 else { return }
        throw CommandError(
            .input,
            "\(file) has a write-ahead log beside it, so it is the database of a server, or a mere copy of one, and no "
                + "backup: make one with keyway backup"
        )
    }

    /// Copies what is to be restored, without its seal.
    ///
    /// - Returns: Whether it had one, which fits.
    private func copy(to path: String) throws(CommandError) -> Bool {
        let input = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else {
            throw CommandError(.input, "cannot read \(file): \(String(cString: strerror(errno)))")
        }
        defer { if input != STDIN_FILENO { close(input) } }
        let output = try ByteOutput(creating: path)
        var digest = SHA256Stream()
        var size = 0
        // The last bytes so far, which may be the seal.
        var end: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1_048_576)
        while true {
            let count = read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandError(.input, "cannot read \(source): \(String(cString: strerror(errno)))")
            }
            if count == 0 { break }
            end += buffer[..<count]
            let content = Array(end.dropLast(BackupSeal.length))
            end.removeFirst(content.count)
            content.withUnsafeBytes { digest.append($0) }
            size += content.count
            try output.append(content)
        }
        let stated = BackupSeal.digest(in: end)
        if stated == nil {
            try output.append(end)
            size += end.count
        }
        try output.finish()
        // A database is whole pages, of 512 bytes at least: what stands behind them was a seal.
        guard size % 512 == 0, stated == nil || stated == digest.finish()?.description else {
            throw CommandError(.input, "not restored: \(source) is damaged: it is not what keyway backup wrote")
        }
        return stated != nil
    }

    private func check(_ restoration: StoreRestoration) throws(CommandError) -> DatabaseSummary {
        do {
            return try DatabaseSummary(checking: restoration.stagedDatabase)
        } catch {
            throw refusal(error, restoration)
        }
    }

    /// Opens the copy as a server would, which brings its schema up to date, and tries the master keys.
    ///
    /// - Returns: How many records have secrets, which open; `nil` if that was not tried.
    private func examine(
        _ restoration: StoreRestoration,
        _ summary: DatabaseSummary,
        _ keyring: MasterKeyring?
    ) async throws -> Int? {
        let store: any Store
        do throws(StoreError) {
            store = try DataLocation.openStore(in: restoration.stagingDirectory)
        } catch {
            throw refusal(error, restoration)
        }
        var secrets: Int?
        do {
            if let keyring {
                try MasterKeys.require(summary.masterKeyIDs, of: source, in: keyring, location)
                secrets = try await SecretExamination(store: store, vault: Vault(keyring: keyring)).run()
            }
        } catch VaultError.unavailable(let reason) {
            await store.close()
            throw CommandError(.unavailable, "\(source) is not restored: the master key can't be used: \(reason)")
        } catch let error as VaultError {
            await store.close()
            throw CommandError(.input, "\(source) is not restored, for a secret in it does not open: \(error)")
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        return secrets
    }

    private func refusal(_ error: StoreError, _ restoration: StoreRestoration) -> CommandError {
        CommandError(.input, "not restored: " + error.reason.replacing(restoration.stagedDatabase, with: source))
    }
}
