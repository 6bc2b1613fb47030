import DatadogClient
import Storage
import StoreMaintenance

/// The result of `keyway store check`, for people and for programs.
struct ExaminationReport: Sendable {
    let place: StoreLocation
    /// `nil` if the store can't be opened.
    let outcome: StoreExamination.Outcome?
    let findings: [StoreFinding]

    init(place: StoreLocation, outcome: StoreExamination.Outcome) {
        self.place = place
        self.outcome = outcome
        findings = outcome.findings
    }

    init(place: StoreLocation, unusable reason: String) {
        self.place = place
        outcome = nil
        findings = [StoreFinding(.unusable, reason)]
    }

    func print(to output: Output) throws(CommandError) {
        if output.format != .table {
            try output.document(["data": json])
        } else if let outcome, findings.isEmpty {
            try Terminal.print(text(of: outcome))
        }
    }

    /// The error of a store that is not whole; `nil` if it is.
    var refusal: CommandError? {
        guard !findings.isEmpty else { return nil }
        let lines = ["\(place.name) is not whole:"] + findings.map { "  " + $0.text } + (outcome?.notes ?? [])
        return CommandError(.data, lines.joined(separator: "\n"))
    }

    private func text(of outcome: StoreExamination.Outcome) -> String {
        let rows = outcome.rows.reduce(0) { $0 + $1.count }
        let events = outcome.chains.map { "  " + $0.text }
        let lines =
            ["\(place.name) is whole: schema version \(outcome.schema.version), \(rows) rows."] + outcome.notes
            + ["The audit chain of each organisation is whole, with its last digest:"] + events
        return lines.joined(separator: "\n") + "\n"
    }

    private var json: JSONValue {
        var members: [JSONObject.Member] = [
            .init(name: "store", value: .string(place.name)), .init(name: "whole", value: .boolean(findings.isEmpty)),
        ]
        if let outcome {
            let rows = outcome.rows.map { table, count in
                JSONObject.Member(name: table, value: .number(JSONNumber(Int(count))))
            }
            members += [
                .init(name: "schema_version", value: .number(JSONNumber(Int(outcome.schema.version)))),
                .init(name: "newest_schema_version", value: .number(JSONNumber(Int(outcome.schema.newestVersion)))),
                .init(name: "rows", value: .object(JSONObject(rows))),
                .init(name: "audit", value: .array(outcome.chains.map(\.json))),
                .init(name: "notes", value: .array(outcome.notes.map { .string($0) })),
            ]
        }
        members.append(.init(name: "findings", value: .array(findings.map(\.json))))
        return .object(JSONObject(members))
    }
}

extension StoreFinding {
    fileprivate var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "table": table.map { .string($0) } ?? .null,
            "count": .number(JSONNumber(Int(count))), "rows": .array(rows.map { .string($0) }),
            "explanation": .string(explanation),
        ]
    }
}
