extension Migration {
    /// Ids are split: `key` is the first half, in an order-preserving form (see `Identifier.key`), `low` the second.
    /// The first half alone is unique, and rises, so a row is found by one look into one tree, and a new one is
    /// appended to it. Organisations are numbered, and never known by their number outside.
    static let initial = Migration(
        version: 1,
        sql: """
            CREATE TABLE organizations (
                ordinal INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                name TEXT NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE users (
                key INTEGER PRIMARY KEY,
                low INTEGER NOT NULL,
                organization INTEGER NOT NULL REFERENCES organizations,
                handle TEXT NOT NULL,
                email TEXT NOT NULL,
                name TEXT,
                title TEXT,
                is_service_account INTEGER NOT NULL,
                is_disabled INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                modified_at INTEGER NOT NULL
            ) STRICT;

            CREATE UNIQUE INDEX users_by_handle ON users (organization, handle);

            CREATE TABLE user_roles (
                user INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
                position INTEGER NOT NULL,
                role TEXT NOT NULL,
                PRIMARY KEY (user, position)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE api_keys (
                key INTEGER PRIMARY KEY,
                low INTEGER NOT NULL,
                organization INTEGER NOT NULL REFERENCES organizations,
                name TEXT NOT NULL,
                digest BLOB NOT NULL UNIQUE,
                last4 TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                created_by INTEGER REFERENCES users,
                modified_at INTEGER NOT NULL,
                modified_by INTEGER REFERENCES users
            ) STRICT;

            CREATE INDEX api_keys_by_organization ON api_keys (organization);

            CREATE TABLE application_keys (
                key INTEGER PRIMARY KEY,
                low INTEGER NOT NULL,
                organization INTEGER NOT NULL REFERENCES organizations,
                owner INTEGER NOT NULL REFERENCES users,
                name TEXT NOT NULL,
                digest BLOB NOT NULL UNIQUE,
                last4 TEXT NOT NULL,
                is_scoped INTEGER NOT NULL,
                is_registered INTEGER NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT;

            CREATE INDEX application_keys_by_owner ON application_keys (organization, owner);
            CREATE INDEX registrations ON application_keys (organization) WHERE is_registered;

            CREATE TABLE application_key_scopes (
                application_key INTEGER NOT NULL REFERENCES application_keys ON DELETE CASCADE,
                position INTEGER NOT NULL,
                scope TEXT NOT NULL,
                PRIMARY KEY (application_key, position)
            ) STRICT, WITHOUT ROWID;

            \(documents("connections", key: "INTEGER PRIMARY KEY"))
            \(documents("aws_accounts", key: "INTEGER PRIMARY KEY"))
            \(documents("ccm_configs", key: "INTEGER PRIMARY KEY REFERENCES aws_accounts ON DELETE CASCADE"))

            -- The order of lists, and all that their filters look at.
            CREATE INDEX connections_by_name ON connections (organization, name, key, category);
            CREATE UNIQUE INDEX aws_accounts_by_name ON aws_accounts (organization, name);
            CREATE INDEX ccm_configs_by_name ON ccm_configs (organization, name);

            -- Of documents of several kinds, by their key; `kind` is the number of theirs.
            CREATE TABLE sealed_secrets (
                document INTEGER PRIMARY KEY,
                kind INTEGER NOT NULL,
                master_key_id TEXT NOT NULL,
                bytes BLOB NOT NULL
            ) STRICT;

            CREATE TABLE master_keys (
                id TEXT PRIMARY KEY
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE external_ids (
                id TEXT PRIMARY KEY,
                organization INTEGER NOT NULL REFERENCES organizations
            ) STRICT, WITHOUT ROWID;

            -- An event's place is its organisation's ordinal (23 bits) before its sequence (40 bits): an event is
            -- appended to its organisation's run with no second tree to keep.
            CREATE TABLE audit_log (
                place INTEGER PRIMARY KEY,
                event TEXT NOT NULL
            ) STRICT;

            CREATE VIEW audit_events (organization, sequence, event) AS
                SELECT place >> 40, place & 0xffffffffff, event FROM audit_log;
            """
    )

    /// The table of one kind of document, as it first was.
    static func documents(_ name: String, key: String) -> String {
        """
        CREATE TABLE \(name) (
            key \(key),
            low INTEGER NOT NULL,
            organization INTEGER NOT NULL REFERENCES organizations,
            document TEXT NOT NULL,
            document_version INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            owner INTEGER NOT NULL REFERENCES users,
            name TEXT NOT NULL,
            category TEXT NOT NULL
        ) STRICT;
        """
    }
}
