import Platform
import Storage
import StoreMaintenance
import Threads

extension Command {
    static let migrate = Command(
        name: "migrate",
        summary: "Copy a store to another place, and prove that the copy is the same",
        discussion: [
            "A store is a data directory, whose server must be stopped, or a database of PostgreSQL, whose nodes may read "
                + "meanwhile, and not write. Nothing of the source is changed, and nobody serves the target before all is "
                + "copied and both were read again: row by row, and the audit chain of each organisation.",
            "The target must be empty, or not there yet. A copy that was interrupted goes on where it ended when the same "
                + "command is given again.",
            "The master keys are not copied: the secrets stay sealed under them, and open in both places with the same file.",
        ],
        options: [StoreMigration.from, StoreMigration.to, StoreMigration.restart, StoreMigration.compare],
        sharedOptions: [Output.formatOptions],
        examples: [
            "keyway migrate --from /var/lib/keyway --to postgresql://keyway@db.example.com/keyway",
            "keyway migrate --from /etc/keyway/store --to /var/lib/keyway",
        ]
    ) { arguments in
        try await StoreMigration(arguments).run()
    }
}

/// The work of `keyway migrate`.
private struct StoreMigration {
    static let from = Option(
        name: "from",
        placeholder: "PLACE",
        help: "The store to copy: a directory, postgresql://HOST/NAME, or a file of mode 0600 with such a URI",
        values: .file
    )
    static let to = Option(
        name: "to",
        placeholder: "PLACE",
        help: "The place of the copy, in the same forms",
        values: .file
    )
    static let restart = Option.flag("restart", "Begin again, without what an interrupted copy left at the target")
    static let compare = Option.flag("compare", "Copy nothing: only compare two stores, both of them stopped")

    private let source: StoreLocation
    private let target: StoreLocation
    private let isRestarted: Bool
    private let onlyCompares: Bool
    private let output: Output

    init(_ arguments: Arguments) throws(CommandError) {
        guard let from = arguments[Self.from], let to = arguments[Self.to] else {
            throw .usage("keyway migrate needs --from and --to", of: arguments.command)
        }
        source = try StoreLocation(place: from, of: Self.from)
        target = try StoreLocation(place: to, of: Self.to)
        guard source.name != target.name else { throw .usage("--from and --to name one store", of: arguments.command) }
        isRestarted = arguments.has(Self.restart)
        onlyCompares = arguments.has(Self.compare)
        guard !(isRestarted && onlyCompares) else {
            throw .usage("--compare copies nothing, so there is nothing to --restart", of: arguments.command)
        }
        output = Output(arguments)
    }

    func run() async throws {
        umask(0o077)
        let report = try await Progress.showing("Copying rows") { progress in
            // All of it blocks, on a thread that may wait.
            try await DetachedThread.result { try migrate(progress) }
        }
        try report.print(to: output)
        if let refusal = report.refusal { throw refusal }
    }

    private func migrate(_ progress: Progress) throws -> MigrationReport {
        let from = try source.openRows()
        guard !onlyCompares else {
            let comparison = try compare(from, try target.openRows(), progress)
            return MigrationReport(source: source, target: target, copy: nil, comparison: comparison)
        }
        let to = try target.openFillable(restarting: isRestarted)
        let copy: StoreCopy.Outcome
        do {
            copy = try StoreCopy(from: from, to: to).run { progress.advance(to: $0) }
        } catch is StoreCopy.ForeignRows {
            throw CommandError(
                .cannotCreate,
                "\(target.name) holds part of a copy of another store than \(source.name)",
                try: "keyway migrate --from \(source.name) --to \(target.name) --restart"
            )
        }
        let comparison = try compare(from, to, progress)
        if comparison.agrees { try to.finish() }
        return MigrationReport(source: source, target: target, copy: copy, comparison: comparison)
    }

    private func compare(
        _ from: any StoredRows,
        _ to: any StoredRows,
        _ progress: Progress
    ) throws -> StoreComparison.Outcome {
        progress.begin("Comparing rows")
        return try StoreComparison(of: from, with: to).run { progress.advance(to: $0) }
    }
}
