import DatadogClient
import Documents

/// Carries a plan out, step by step, and tells what was done.
///
/// Every step is one request, or two for an AWS account with exports of cost reports; there is nothing to undo. A run
/// that was interrupted is finished by another: it finds what was done by name, and does the rest.
struct StateApplication {
    let session: ClientSession
    let plan: StatePlan
    /// By file, then by address.
    let secrets: [String: [String: Secret]]

    /// Does all steps; after one that the server refuses it goes on with the next.
    ///
    /// - Throws: ``CommandError`` that tells what was not done.
    func run() async throws {
        var failures: [CommandError] = []
        var done = 0
        for step in plan.changes {
            do {
                try Terminal.print(try await perform(step) + "\n")
                done += 1
            } catch let error as CommandError {
                let name = step.file ?? step.key
                failures.append(CommandError(error.code, "\(name): \(error.message)"))
                // What concerns one document alone does not hinder the others.
                guard error.code == .data || error.code == .notFound else { break }
            } catch let error as JSONMismatch {
                failures.append(CommandError(.internal, "\(step.file ?? step.key): \(error)"))
            }
        }
        guard let first = failures.first else { return }
        let rest = plan.changes.count - done
        throw CommandError(
            first.code,
            failures.map(\.message).joined(separator: "\n") + "\n\(done) of \(plan.changes.count) changes were made, "
                + "\(rest) \(rest == 1 ? "was" : "were") not",
            try: "keyway apply again, once that is fixed: what was done stays done"
        )
    }

    /// Performs a step, and says so in a line.
    private func perform(_ step: StateStep) async throws -> String {
        let name = TextLayout.printable("\(step.file.map { "\($0): " } ?? "")\(step.key)")
        switch step.action {
        case .keep: return "kept \(name)"
        case .delete(let id):
            try await session.perform("Deleting \(name)") { try await delete(step.kind, id.description) }
            return "deleted \(name) (\(id))"
        case .create:
            let id = try await session.perform("Creating \(name)") { try await create(step) }
            return "created \(name) (\(TextLayout.printable(id)))"
        case .update(let id):
            try await session.perform("Updating \(name)") { try await update(step, id.description) }
            return "updated \(name) (\(id))"
        }
    }

    private func create(_ step: StateStep) async throws -> String {
        let body = body(of: step)
        switch step.kind {
        case .connection: return try await session.client.connections.create(NewConnection(json: body)).id
        case .awsAccount:
            let id = try await session.client.awsAccounts.create(NewAWSAccount(json: body)).id
            try await changeDataExports(of: id, step.dataExports)
            return id
        case .tokenIssuer: return try await session.client.tokenIssuers.create(NewTokenIssuer(json: body)).id
        }
    }

    private func update(_ step: StateStep, _ id: String) async throws {
        let body = body(of: step)
        if !step.difference.isEmpty {
            switch step.kind {
            case .connection:
                _ = try await session.client.connections.update(id, with: ConnectionUpdate(json: body))
            case .awsAccount:
                _ = try await session.client.awsAccounts.update(id, with: AWSAccountUpdate(json: body))
            case .tokenIssuer:
                _ = try await session.client.tokenIssuers.update(id, with: TokenIssuerUpdate(json: body))
            }
        }
        try await changeDataExports(of: id, step.dataExports)
    }

    private func delete(_ kind: StateKind, _ id: String) async throws {
        switch kind {
        case .connection: try await session.client.connections.delete(id)
        case .awsAccount: try await session.client.awsAccounts.delete(id)
        case .tokenIssuer: try await session.client.tokenIssuers.delete(id)
        }
    }

    private func changeDataExports(of account: AWSAccount.ID, _ change: FieldChange?) async throws {
        guard let change else { return }
        let exports = try RequestBody.elements(change.after).map { json throws(JSONMismatch) in
            try DataExport(json: json)
        }
        if change.before == nil {
            _ = try await session.client.ccmConfigs.create(for: account, dataExports: exports)
        } else if change.after == nil {
            try await session.client.ccmConfigs.delete(for: account)
        } else {
            _ = try await session.client.ccmConfigs.update(for: account, dataExports: exports)
        }
    }

    private func body(of step: StateStep) -> DatadogClient.JSONValue {
        RequestBody.json(step.difference.attributes, secrets: step.file.flatMap { secrets[$0] } ?? [:])
    }
}
