import Documents
import Storage

extension WriteConnection {
    func note(_ use: LastUse) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: use.organization) else { return .unchanged }
        switch use.subject {
        case .apiKey: return try note(use, organization, by: statements.lastUse.apiKey)
        case .applicationKey: return try note(use, organization, by: statements.lastUse.applicationKey)
        case .accessToken: return try note(use, organization, by: statements.lastUse.accessToken)
        case .user: return try note(use, organization, by: statements.lastUse.user)
        case .connection: return try note(use, organization, by: statements.lastUse.connection)
        }
    }

    func noteDelivery(
        to webhook: Identifier,
        in organization: Identifier,
        _ sequence: Int64
    ) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization) else { return .unchanged }
        try bind(webhook, organization, to: statements.lastUse.delivery)
        try statements.lastUse.delivery.bind(4, sequence)
        return try statements.lastUse.delivery.run() == 1 ? .changed : .unchanged
    }

    private func note(
        _ use: LastUse,
        _ organization: Int64,
        by statement: borrowing Statement
    ) throws(SQLiteError) -> Effect {
        try bind(use.id, organization, to: statement)
        try statement.bind(4, use.time.microseconds)
        return try statement.run() == 1 ? .changed : .unchanged
    }
}

/// The writer's statements about last uses, and about how far webhooks have come.
final class LastUseStatements {
    let apiKey: Statement
    let applicationKey: Statement
    let accessToken: Statement
    let user: Statement
    let connection: Statement
    let delivery: Statement

    init(on database: Database) throws(SQLiteError) {
        func noting(_ column: String, of table: String) throws(SQLiteError) -> Statement {
            try Statement(
                """
                UPDATE \(table) SET \(column) = ?4
                WHERE key = ?1 AND low = ?2 AND organization = ?3 AND (\(column) IS NULL OR \(column) < ?4)
                """,
                on: database,
                for: .write
            )
        }
        apiKey = try noting("last_used_at", of: "api_keys")
        applicationKey = try noting("last_used_at", of: "application_keys")
        accessToken = try noting("last_used_at", of: "access_tokens")
        user = try noting("last_login_at", of: "users")
        connection = try noting("last_used_at", of: DocumentKind.connection.table.name)
        delivery = try noting("delivered", of: DocumentKind.auditWebhook.table.name)
    }
}
