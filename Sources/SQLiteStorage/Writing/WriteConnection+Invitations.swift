import Access
import Documents
import Storage

extension WriteConnection {
    func create(_ invitation: UserInvitation) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: invitation.organization), try hasUser(invitation.user, organization)
        else { return .refused(.missing) }
        let insert = statements.invitations
        try bind(invitation.id, organization, to: insert.insert)
        try insert.insert.bind(4, invitation.user.key)
        try insert.insert.bind(5, blob: invitation.digest.bytes)
        try insert.insert.bind(6, text: invitation.permissions.names)
        try insert.insert.bind(7, invitation.createdAt.microseconds)
        return try insert.insert.run() == 1 ? .changed : .refused(.conflict)
    }

    func deleteInvitations(of user: Identifier, in organization: Identifier) throws(SQLiteError) -> Effect {
        guard let organization = try ordinal(of: organization), try hasUser(user, organization) else {
            return .refused(.missing)
        }
        try statements.invitations.deleteOfUser.bind(1, user.key)
        return try statements.invitations.deleteOfUser.run() > 0 ? .changed : .unchanged
    }
}

/// The writer's statements about invitations.
final class InvitationStatements {
    let insert: Statement
    let delete: Statement
    let deleteOfUser: Statement

    init(on database: Database) throws(SQLiteError) {
        func writing(_ sql: String) throws(SQLiteError) -> Statement {
            try Statement(sql, on: database, for: .write)
        }
        insert = try writing(
            """
            INSERT INTO user_invitations (key, low, organization, user, digest, permissions, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING
            """
        )
        delete = try writing("DELETE FROM user_invitations WHERE key = ?1 AND low = ?2 AND organization = ?3")
        deleteOfUser = try writing("DELETE FROM user_invitations WHERE user = ?1")
    }
}
