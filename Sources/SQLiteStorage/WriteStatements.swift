/// The writer's statements, prepared once.
///
/// Inserts take their parents' existence into their `WHERE`, and stand back where a row is in the way, so that a
/// refused mutation has written nothing.
final class WriteStatements {
    let begin: Statement
    let commit: Statement
    let rollBack: Statement
    let savepoint: Statement
    let rollBackToSavepoint: Statement
    let releaseSavepoint: Statement

    let ordinal: Statement
    let userExists: Statement

    let insertOrganization: Statement
    let insertUser: Statement
    let insertRole: Statement
    let insertAPIKey: Statement
    let insertApplicationKey: Statement
    let insertScope: Statement
    let updateRegistration: Statement
    let applicationKeyExists: Statement

    let insertConnection: Statement
    let updateConnection: Statement
    let deleteConnection: Statement
    let connectionRevision: Statement

    let putSealed: Statement
    let updateSealed: Statement
    let deleteSealed: Statement

    init(on database: Database) throws(SQLiteError) {
        func writing(_ sql: String) throws(SQLiteError) -> Statement {
            try Statement(sql, on: database, for: .write)
        }
        begin = try writing("BEGIN IMMEDIATE")
        commit = try Statement("COMMIT", on: database, for: .commit)
        rollBack = try writing("ROLLBACK")
        savepoint = try writing("SAVEPOINT change")
        rollBackToSavepoint = try writing("ROLLBACK TO change")
        releaseSavepoint = try writing("RELEASE change")

        ordinal = try Statement("SELECT ordinal FROM organizations WHERE id = ?1", on: database)
        userExists = try Statement(
            "SELECT 1 FROM users WHERE key = ?1 AND low = ?2 AND organization = ?3",
            on: database
        )

        insertOrganization = try writing(
            "INSERT INTO organizations (id, name, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
        )
        insertUser = try writing(
            """
            INSERT INTO users (key, low, organization, handle, is_service_account, is_disabled, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING
            """
        )
        insertRole = try writing("INSERT INTO user_roles (user, position, role) VALUES (?1, ?2, ?3)")
        insertAPIKey = try writing(
            """
            INSERT INTO api_keys (key, low, organization, name, digest, last4, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING
            """
        )
        insertApplicationKey = try writing(
            """
            INSERT INTO application_keys (
                key, low, organization, name, digest, last4, created_at, owner, is_scoped, is_registered
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING
            """
        )
        insertScope = try writing(
            "INSERT INTO application_key_scopes (application_key, position, scope) VALUES (?1, ?2, ?3)"
        )
        updateRegistration = try writing(
            """
            UPDATE application_keys SET is_registered = ?4
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND is_registered <> ?4
            """
        )
        applicationKeyExists = try Statement(
            "SELECT 1 FROM application_keys WHERE key = ?1 AND low = ?2 AND organization = ?3",
            on: database
        )

        insertConnection = try writing(
            """
            INSERT INTO connections (
                key, low, organization, owner, name, integration, document, document_version, revision
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1) ON CONFLICT DO NOTHING
            """
        )
        updateConnection = try writing(
            """
            UPDATE connections
            SET owner = ?4, name = ?5, integration = ?6, document = ?7, document_version = ?8, revision = revision + 1
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND revision = ?9
            """
        )
        deleteConnection = try writing("DELETE FROM connections WHERE key = ?1 AND low = ?2 AND organization = ?3")
        connectionRevision = try Statement(
            "SELECT revision FROM connections WHERE key = ?1 AND low = ?2 AND organization = ?3",
            on: database
        )

        putSealed = try writing(
            "INSERT OR REPLACE INTO sealed_secrets (connection, master_key_id, bytes) VALUES (?1, ?2, ?3)"
        )
        updateSealed = try writing("UPDATE sealed_secrets SET master_key_id = ?2, bytes = ?3 WHERE connection = ?1")
        deleteSealed = try writing("DELETE FROM sealed_secrets WHERE connection = ?1")
    }
}
