/// The writer's statements, prepared once.
///
/// Inserts stand back where a row is in the way, so that a refused mutation has written nothing.
final class WriteStatements {
    let begin: Statement
    let commit: Statement
    let rollBack: Statement
    let savepoint: Statement
    let rollBackToSavepoint: Statement
    let releaseSavepoint: Statement

    let ordinal: Statement
    let userExists: Statement
    let userKeyExists: Statement

    let insertOrganization: Statement
    let insertUser: Statement
    let updateUser: Statement
    let insertRole: Statement
    let deleteRoles: Statement
    let insertAPIKey: Statement
    let updateAPIKey: Statement
    let deleteAPIKey: Statement
    let insertApplicationKey: Statement
    let updateApplicationKey: Statement
    let deleteApplicationKey: Statement
    let insertScope: Statement
    let deleteScopes: Statement
    let updateRegistration: Statement

    let requirements: RequirementStatements
    let documents: PerDocumentKind<DocumentWriteStatements>
    let restrictions: RestrictionWriteStatements
    let roles: RoleWriteStatements
    let lastUse: LastUseStatements
    let invitations: InvitationStatements
    let tokens: TokenWriteStatements

    let insertExternalID: Statement
    let externalID: Statement
    let foreignExternalID: Statement
    let putBroughtExternalID: Statement
    let deleteBroughtExternalID: Statement
    let masterKey: Statement
    let insertMasterKey: Statement
    let deleteMasterKey: Statement
    let secretsUnderMasterKey: Statement
    let insertServerKey: Statement
    let updateServerKey: Statement

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

        userKeyExists = try Statement("SELECT 1 FROM users WHERE key = ?1", on: database)

        insertOrganization = try writing(
            "INSERT INTO organizations (id, name, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
        )
        insertUser = try writing(
            """
            INSERT INTO users (
                key, low, organization, handle, email, name, title, is_service_account, is_disabled, modified_at,
                created_at
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING
            """
        )
        updateUser = try writing(
            """
            UPDATE OR IGNORE users
            SET handle = ?4, email = ?5, name = ?6, title = ?7, is_service_account = ?8, is_disabled = ?9,
                modified_at = ?10, revision = revision + 1
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND revision = ?11
            """
        )
        insertRole = try writing("INSERT INTO user_roles (user, position, role) VALUES (?1, ?2, ?3)")
        deleteRoles = try writing("DELETE FROM user_roles WHERE user = ?1")
        insertAPIKey = try writing(
            """
            INSERT INTO api_keys (
                key, low, organization, name, modified_at, modified_by, created_at, created_by, digest, last4
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING
            """
        )
        updateAPIKey = try writing(
            """
            UPDATE api_keys SET name = ?4, modified_at = ?5, modified_by = ?6, revision = revision + 1
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND revision = ?7
            """
        )
        deleteAPIKey = try writing("DELETE FROM api_keys WHERE key = ?1 AND low = ?2 AND organization = ?3")
        insertApplicationKey = try writing(
            """
            INSERT INTO application_keys (
                key, low, organization, name, is_scoped, digest, last4, created_at, owner, is_registered
            ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING
            """
        )
        updateApplicationKey = try writing(
            """
            UPDATE application_keys SET name = ?4, is_scoped = ?5, revision = revision + 1
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND revision = ?6
            """
        )
        deleteApplicationKey = try writing(
            "DELETE FROM application_keys WHERE key = ?1 AND low = ?2 AND organization = ?3"
        )
        insertScope = try writing(
            "INSERT INTO application_key_scopes (application_key, position, scope) VALUES (?1, ?2, ?3)"
        )
        deleteScopes = try writing("DELETE FROM application_key_scopes WHERE application_key = ?1")
        updateRegistration = try writing(
            """
            UPDATE application_keys SET is_registered = ?4, revision = revision + 1
            WHERE key = ?1 AND low = ?2 AND organization = ?3 AND is_registered <> ?4
            """
        )

        requirements = try RequirementStatements(on: database)
        documents = try PerDocumentKind { table throws(SQLiteError) in
            try DocumentWriteStatements(of: table, on: database)
        }
        restrictions = try RestrictionWriteStatements(on: database)
        roles = try RoleWriteStatements(on: database)
        lastUse = try LastUseStatements(on: database)
        invitations = try InvitationStatements(on: database)
        tokens = try TokenWriteStatements(on: database)

        insertExternalID = try writing(
            "INSERT INTO external_ids (id, organization) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
        )
        externalID = try Statement("SELECT 1 FROM external_ids WHERE id = ?1 AND organization = ?2", on: database)
        foreignExternalID = try Statement(
            """
            SELECT 1 FROM external_ids WHERE id = ?1 AND organization <> ?2
            UNION ALL SELECT 1 FROM brought_external_ids WHERE id = ?1 AND organization <> ?2
            """,
            on: database
        )
        putBroughtExternalID = try writing(
            """
            INSERT INTO brought_external_ids (account, organization, id) VALUES (?1, ?2, ?3)
            ON CONFLICT (account) DO UPDATE SET id = excluded.id
            """
        )
        deleteBroughtExternalID = try writing("DELETE FROM brought_external_ids WHERE account = ?1")
        masterKey = try writing("SELECT 1 FROM master_keys WHERE id = ?1")
        insertMasterKey = try writing("INSERT INTO master_keys (id) VALUES (?1) ON CONFLICT DO NOTHING")
        deleteMasterKey = try writing("DELETE FROM master_keys WHERE id = ?1")
        secretsUnderMasterKey = try Statement(
            """
            SELECT 1 FROM sealed_secrets WHERE master_key_id = ?1
            UNION ALL SELECT 1 FROM server_keys WHERE master_key_id = ?1 LIMIT 1
            """,
            on: database
        )
        insertServerKey = try writing(
            "INSERT INTO server_keys (name, master_key_id, bytes) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
        )
        updateServerKey = try writing(
            "UPDATE server_keys SET master_key_id = ?2, bytes = ?3 WHERE name = ?1 AND master_key_id = ?4"
        )
    }
}
