import Documents
import Platform
import SQLiteStorage
import Storage

extension Command {
    static let backup = Command(
        name: "backup",
        summary: "Copy the data to a file, while the server runs",
        discussion: [
            "The copy is one moment's state, with all that was acknowledged before: connections, keys, settings and the "
                + "audit log. It is a new file of mode 0600, checked, and on the disk when the command ends.",
            "The master keys are not in it: anyone with both has every secret. Back their file up once, and after each "
                + "change, to another place.",
        ],
        operands: [Backup.destination],
        options: DataLocation.storeOptions + [.json],
        examples: [
            "keyway backup /var/backups/keyway --data-dir /var/lib/keyway",
            "keyway backup keyway.db --data-dir /var/lib/keyway",
        ]
    ) { arguments in
        try Backup(arguments).run()
    }
}

/// The work of `keyway backup`.
private struct Backup {
    static let destination = Operand(
        name: "DEST",
        help: "New file; or a directory, for a file in it that is named by the time",
        values: .file
    )

    private let directory: String
    private let path: String
    private let printsJSON: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        directory = try DataLocation(arguments).store.directory(
            orElse: "a database is backed up by PostgreSQL's own tools: pg_basebackup and an archive of the write-ahead"
                + " log for any moment of the past, or pg_dump for one. Its secrets are sealed under the master keys, "
                + "whose file must be backed up, and not with the data"
        )
        let destination = arguments[Self.destination]
        guard !destination.isEmpty, destination != "-" else {
            throw .usage("DEST must name a file or a directory: a backup is no stream", of: arguments.command)
        }
        var status = stat()
        let isDirectory = stat(destination, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        path = isDirectory ? "\(destination)/\(Self.name(at: .now))" : destination
        printsJSON = arguments.has(.json)
    }

    /// Such as `keyway-20261130T140509Z.db`.
    private static func name(at time: Timestamp) -> String {
        let digits = time.description.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }
        return "keyway-\(digits)Z.db"
    }

    func run() throws {
        umask(0o077)
        let source: DatabaseCopy
        do throws(StoreError) {
            source = try DatabaseCopy(of: directory)
        } catch {
            throw CommandError(.input, error.reason)
        }
        let interruption = Interruption(source.interrupt)
        let outcome = Result { try copy(source) }
        interruption.endProcessIfTold()
        let summary = try outcome.get()
        try Terminal.print(printsJSON ? json(summary) : text(summary))
    }

    private func copy(_ source: DatabaseCopy) throws -> DatabaseSummary {
        let file = try BackupFile(creating: path)
        let summary: DatabaseSummary
        do throws(StoreError) {
            try source.write(to: file.temporaryPath)
            summary = try DatabaseSummary(checking: file.temporaryPath)
        } catch {
            // The temporary name is nobody's concern.
            throw CommandError(.cannotCreate, error.reason.replacing(file.temporaryPath, with: path))
        }
        try file.seal()
        try file.publish()
        return summary
    }

    private func text(_ summary: DatabaseSummary) -> String {
        let keys = summary.masterKeyIDs.joined(separator: ", ")
        return """
            \(path) is a whole copy of \(directory): \(summary.contents).
            Its secrets are sealed under master keys that are not in it\(keys.isEmpty ? "" : " (\(keys))"): back up their file, \
            and not with the data.

            """
    }

    private func json(_ summary: DatabaseSummary) -> String {
        let object: JSONValue = [
            "path": .string(path),
            "connections": .integer(summary.connections),
            "aws_accounts": .integer(summary.awsAccounts),
            "audit_events": .integer(summary.auditEvents),
            "schema_version": .integer(summary.schemaVersion),
            "master_keys": .array(summary.masterKeyIDs.map { .string($0) }),
        ]
        return String(decoding: JSONWriter.bytes(of: object), as: UTF8.self) + "\n"
    }
}

extension DatabaseSummary {
    /// Such as `3 connections, 1 AWS account, 12 audit events`.
    var contents: String {
        [(connections, "connection"), (awsAccounts, "AWS account"), (auditEvents, "audit event")]
            .map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
    }
}
