package import Documents
package import Storage

/// Looks through a store for what is wrong with it.
package struct StoreExamination {
    /// The columns by which a document of a kind is found, as its `attributes` have them.
    package typealias Columns = (DocumentKind, JSONValue?) -> (name: String, category: String)

    private let store: any ExaminableStore
    private let columns: Columns

    package init(of store: any ExaminableStore, columns: @escaping Columns) {
        self.store = store
        self.columns = columns
    }

    package struct Outcome: Sendable {
        package let schema: StoreSchema
        /// How many rows each table has; empty if they were not read.
        package var rows: [(table: String, count: Int64)] = []
        package var chains: [WalkedChain] = []
        package var findings: [StoreFinding] = []
        /// Parts that were not looked at, in words.
        package var notes: [String] = []
    }

    /// Reads all of it.
    ///
    /// - Parameter advanced: Told how many rows were read so far.
    /// - Returns: All that was found.
    /// - Throws: ``StoreError`` if the store can't be read for another reason than damage.
    package func run(_ advanced: (Int) -> Void) throws(StoreError) -> Outcome {
        var outcome = Outcome(schema: try store.schema())
        outcome.findings += outcome.schema.faults.map { StoreFinding(.schema, $0) }
        do throws(StoreError) {
            let engine = try store.engineCheck()
            outcome.findings += engine.faults.map { StoreFinding(.engine, $0) }
            outcome.notes = engine.notes
            if !outcome.schema.isNewest {
                outcome.findings.append(StoreFinding(.schema, Self.older(outcome.schema)))
            } else if outcome.schema.faults.isEmpty {
                try examineRows(&outcome, advanced)
            } else {
                outcome.notes.append("Its rows were not looked at.")
            }
        } catch {
            // The damage is in the way of a further look.
            guard case .corrupt(let reason) = error else { throw error }
            outcome.findings.append(StoreFinding(.engine, reason))
        }
        return outcome
    }

    private static func older(_ schema: StoreSchema) -> String {
        "the schema has version \(schema.version), and this Keyway brings it to \(schema.newestVersion) when it opens the "
            + "store: its rows were not looked at"
    }

    private func examineRows(_ outcome: inout Outcome, _ advanced: (Int) -> Void) throws(StoreError) {
        var examination = RowExamination(organizations: try AuditChainWalk.organizations(of: store), columns: columns)
        var count = 0
        for table in StoredTable.all {
            var reader = RowReader(table, of: store)
            var ofTable: Int64 = 0
            while let row = try reader.next() {
                examination.take(row, of: table)
                ofTable += 1
                count += 1
                if count % 1_000 == 0 { advanced(count) }
            }
            outcome.rows.append((table.name, ofTable))
        }
        outcome.findings += try orphans()
        let (findings, chains) = examination.finish()
        outcome.findings += findings
        outcome.chains = chains
    }

    private func orphans() throws(StoreError) -> [StoreFinding] {
        var findings: [StoreFinding] = []
        for table in StoredTable.all {
            for reference in table.references {
                let (count, rows) = try store.orphans(by: reference, of: table, atMost: StoreFinding.rowLimit)
                guard count > 0 else { continue }
                let isOfSecrets = reference.condition != nil
                findings.append(
                    StoreFinding(
                        isOfSecrets ? .secrets : .orphan,
                        table: table.name,
                        isOfSecrets
                            ? "with secrets of a document that is not in \(reference.table)"
                            : "whose \(reference.column) is not in \(reference.table)",
                        count: count,
                        rows: rows.compactMap(table.label)
                    )
                )
            }
        }
        return findings
    }
}
