extension Migration {
    /// Access tokens and act tokens. Lists are texts with line feeds between, which none of their elements can hold.
    static let tokens = Migration(
        version: 11,
        sql: """
            CREATE TABLE access_tokens (
                key INTEGER PRIMARY KEY,
                low INTEGER NOT NULL,
                organization INTEGER NOT NULL REFERENCES organizations,
                kind INTEGER NOT NULL,
                owner INTEGER NOT NULL REFERENCES users,
                name TEXT NOT NULL,
                digest BLOB NOT NULL UNIQUE,
                scopes TEXT,
                created_at INTEGER NOT NULL,
                modified_at INTEGER,
                expires_at INTEGER,
                last_used_at INTEGER,
                revision INTEGER NOT NULL DEFAULT 1
            ) STRICT;

            CREATE INDEX access_tokens_by_owner ON access_tokens (organization, owner);
            -- 2 is the kind of delegated tokens, which alone are erased when they have expired.
            CREATE INDEX delegated_tokens_by_expiry ON access_tokens (expires_at) WHERE kind = 2;

            CREATE TABLE act_tokens (
                key INTEGER PRIMARY KEY,
                low INTEGER NOT NULL,
                organization INTEGER NOT NULL REFERENCES organizations,
                owner INTEGER NOT NULL REFERENCES users,
                -- The credential that it was made from: both keys, or the token.
                api_key INTEGER REFERENCES api_keys ON DELETE CASCADE,
                application_key INTEGER REFERENCES application_keys ON DELETE CASCADE,
                access_token INTEGER REFERENCES access_tokens ON DELETE CASCADE,
                name TEXT,
                digest BLOB NOT NULL UNIQUE,
                connections TEXT NOT NULL,
                methods TEXT,
                paths TEXT,
                acts_at_most INTEGER,
                acts INTEGER NOT NULL DEFAULT 0,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT;

            CREATE INDEX act_tokens_by_owner ON act_tokens (organization, owner, key);
            CREATE INDEX act_tokens_by_expiry ON act_tokens (expires_at);
            CREATE INDEX act_tokens_by_api_key ON act_tokens (api_key) WHERE api_key IS NOT NULL;
            CREATE INDEX act_tokens_by_application_key ON act_tokens (application_key)
                WHERE application_key IS NOT NULL;
            CREATE INDEX act_tokens_by_access_token ON act_tokens (access_token) WHERE access_token IS NOT NULL;
            """
    )
}
