import Documents
import KeywayServer
import Storage
import StoreMaintenance
import Threads

extension Command {
    static let checkStore = Command(
        name: "store check",
        summary: "Tell what is wrong with a store",
        discussion: [
            "Reads all of it as it is at one moment, and changes nothing: the schema, what the engine's own check says, each "
                + "document, what refers to what, secrets and their master keys, positions, and the audit chain of each "
                + "organisation. The server may be running.",
            "The exit code is 0 for a store that is whole, 65 for one that is not. Whether secrets open is not tried: that "
                + "needs the master keys, and keyway restore does it.",
        ],
        options: DataLocation.storeOptions,
        sharedOptions: [Output.formatOptions],
        examples: [
            "keyway store check --data-dir /var/lib/keyway",
            "keyway store check --store postgresql://keyway@db.example.com/keyway",
        ]
    ) { arguments in
        try await StoreCheck(arguments).run()
    }
}

/// The work of `keyway store check`.
private struct StoreCheck {
    private let place: StoreLocation
    private let output: Output

    init(_ arguments: Arguments) throws(CommandError) {
        place = try DataLocation(arguments).store
        output = Output(arguments)
    }

    func run() async throws {
        let report = try await Progress.showing("Checking rows") { progress in
            try await DetachedThread.result { try examine(progress) }
        }
        try report.print(to: output)
        if let refusal = report.refusal { throw refusal }
    }

    private func examine(_ progress: Progress) throws -> ExaminationReport {
        do throws(StoreError) {
            let store = try place.openExamination()
            let examination = StoreExamination(of: store) { kind, attributes in kind.columns(of: attributes) }
            return ExaminationReport(place: place, outcome: try examination.run { progress.advance(to: $0) })
        } catch {
            // It is what was asked for: the store is there, and is of no use.
            if case .corrupt(let reason) = error { return ExaminationReport(place: place, unusable: reason) }
            throw CommandError(.input, error.reason)
        }
    }
}
