import DatadogClient
import StoreMaintenance

/// The end of a migration, for people and for programs.
struct MigrationReport: Sendable {
    let source: StoreLocation
    let target: StoreLocation
    /// `nil` if the stores were only compared.
    let copy: StoreCopy.Outcome?
    let comparison: StoreComparison.Outcome

    func print(to output: Output) throws(CommandError) {
        if output.format != .table {
            try output.document(["data": json])
        } else if comparison.agrees {
            try Terminal.print(text)
        }
    }

    /// The error of a target that is not the same; `nil` if it is.
    var refusal: CommandError? {
        guard !comparison.agrees else { return nil }
        let differences =
            comparison.tables.filter { !$0.agrees }.map(\.difference)
            + chainFaults(of: comparison.sourceChains, in: source)
            + chainFaults(of: comparison.targetChains, in: target)
        let title = "\(target.name) is not the same as \(source.name)\(copy == nil ? "" : ", and is not served")"
        let next =
            copy == nil || comparison.tables.allSatisfy(\.agrees)
            ? nil : "keyway migrate --from \(source.name) --to \(target.name) --restart"
        return CommandError(.data, ([title + ":"] + differences.map { "  " + $0 }).joined(separator: "\n"), try: next)
    }

    private func chainFaults(of chains: [WalkedChain], in place: StoreLocation) -> [String] {
        chains.compactMap { chain in
            chain.fault.map { "the audit log of \(chain.name) in \(place.name) is not whole: \($0)" }
        }
    }

    private var rows: Int { comparison.tables.reduce(0) { $0 + $1.sourceRows } }

    private var text: String {
        var lines: [String] = []
        if let copy {
            let already = copy.isContinued ? ", of which an earlier copy had brought \(rows - copy.rows)" : ""
            lines.append("\(source.name) is copied to \(target.name): \(rows) rows\(already).")
        }
        lines.append("Both were read from the first row to the last, and are the same:")
        let width = comparison.tables.map { "\($0.sourceRows)".count }.max() ?? 0
        for table in comparison.tables where table.sourceRows > 0 {
            let count = "\(table.sourceRows)"
            let space = String(repeating: " ", count: width - count.count)
            lines.append("  \(space)\(count) \(TextLayout.pad(table.name, to: 22)) \(table.sourceDigest)")
        }
        lines.append("The audit chain of each organisation is whole in both, with the same last digest:")
        for chain in comparison.sourceChains {
            lines.append("  \(chain.text)")
        }
        if copy != nil {
            lines.append("")
            lines.append(
                "Next: keyway serve \(target.options) --master-key-file FILE, with the file of the master keys that "
                    + "\(source.name) is served with."
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var json: JSONValue {
        var members: [JSONObject.Member] = [
            .init(name: "from", value: .string(source.name)), .init(name: "to", value: .string(target.name)),
            .init(name: "same", value: .boolean(comparison.agrees)),
        ]
        if let copy {
            members += [
                .init(name: "copied_rows", value: .number(JSONNumber(copy.rows))),
                .init(name: "continued", value: .boolean(copy.isContinued)),
            ]
        }
        members += [
            .init(name: "tables", value: .array(comparison.tables.map(\.json))),
            .init(name: "audit_from", value: .array(comparison.sourceChains.map(\.json))),
            .init(name: "audit_to", value: .array(comparison.targetChains.map(\.json))),
        ]
        return .object(JSONObject(members))
    }
}

extension StoreComparison.Table {
    /// How the two sides differ, in words.
    fileprivate var difference: String {
        let kinds = [(missing, "missing"), (added, "added"), (changed, "changed")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let more = missing + added + changed > examples.count ? "; …" : ""
        return "\(name): \(kinds.joined(separator: ", ")) (\(examples.joined(separator: "; "))\(more))"
    }

    fileprivate var json: JSONValue {
        [
            "name": .string(name), "same": .boolean(agrees), "rows_from": .number(JSONNumber(sourceRows)),
            "rows_to": .number(JSONNumber(targetRows)), "sha256_from": .string(sourceDigest),
            "sha256_to": .string(targetDigest), "missing": .number(JSONNumber(missing)),
            "added": .number(JSONNumber(added)), "changed": .number(JSONNumber(changed)),
            "examples": .array(examples.map { .string($0) }),
        ]
    }
}

extension WalkedChain {
    /// The organisation, for people.
    var name: String { organizationID ?? "no organisation (ordinal \(ordinal))" }

    /// A chain that is whole, for people.
    var text: String { "\(name), \(events) event\(events == 1 ? "" : "s"): \(lastDigest)" }

    var json: JSONValue {
        [
            "organization_id": organizationID.map { .string($0) } ?? .null,
            "events": .number(JSONNumber(Int(events))), "last_digest": .string(lastDigest),
            "whole": .boolean(fault == nil), "fault": fault.map { .string($0) } ?? .null,
        ]
    }
}
