extension PostgresMigration {
    /// The tables of version 13 of the embedded store, and the state of access.
    ///
    /// There are no foreign keys: they would double the server's work for a create. The writer does their part, under
    /// the lock of the organisation. Deletions cascade there, too.
    static let initial = PostgresMigration(
        version: 1,
        oldest: 1,
        statements: [
            """
            CREATE TABLE keyway_schema (
                id int8 PRIMARY KEY CHECK (id = 1),
                version int8 NOT NULL,
                oldest int8 NOT NULL
            )
            """,
            "INSERT INTO keyway_schema (id, version, oldest) VALUES (1, 0, 0)",
            """
            CREATE TABLE organizations (
                ordinal int8 PRIMARY KEY,
                id text COLLATE "C" NOT NULL UNIQUE,
                name text COLLATE "C" NOT NULL,
                created_at int8 NOT NULL
            )
            """,
            """
            CREATE TABLE users (
                key int8 PRIMARY KEY,
                low int8 NOT NULL,
                organization int8 NOT NULL,
                handle text COLLATE "C" NOT NULL,
                email text COLLATE "C" NOT NULL,
                name text COLLATE "C",
                title text COLLATE "C",
                is_service_account int8 NOT NULL,
                is_disabled int8 NOT NULL,
                created_at int8 NOT NULL,
                modified_at int8 NOT NULL,
                last_login_at int8,
                revision int8 NOT NULL DEFAULT 1
            )
            """,
            "CREATE UNIQUE INDEX users_by_handle ON users (organization, handle)",
            """
            CREATE TABLE user_roles (
                "user" int8 NOT NULL,
                position int8 NOT NULL,
                role text COLLATE "C" NOT NULL,
                PRIMARY KEY ("user", position)
            )
            """,
            "CREATE INDEX user_roles_by_role ON user_roles (role)",
            """
            CREATE TABLE roles (
                key int8 PRIMARY KEY,
                low int8 NOT NULL,
                organization int8 NOT NULL,
                name text COLLATE "C" NOT NULL,
                permissions text COLLATE "C" NOT NULL,
                source text COLLATE "C",
                source_permissions text COLLATE "C",
                created_at int8 NOT NULL,
                modified_at int8 NOT NULL,
                revision int8 NOT NULL DEFAULT 1
            )
            """,
            "CREATE UNIQUE INDEX roles_by_name ON roles (organization, name)",
            """
            CREATE TABLE user_invitations (
                key int8 PRIMARY KEY,
                low int8 NOT NULL,
                organization int8 NOT NULL,
                "user" int8 NOT NULL,
                digest bytea NOT NULL,
                permissions text COLLATE "C" NOT NULL,
                created_at int8 NOT NULL
            )
            """,
            "CREATE INDEX user_invitations_by_user ON user_invitations (\"user\")",
            """
            CREATE TABLE api_keys (
                key int8 PRIMARY KEY,
                low int8 NOT NULL,
                organization int8 NOT NULL,
                name text COLLATE "C" NOT NULL,
                digest bytea NOT NULL UNIQUE,
                last4 text COLLATE "C" NOT NULL,
                created_at int8 NOT NULL,
                created_by int8,
                modified_at int8 NOT NULL,
                modified_by int8,
                last_used_at int8,
                revision int8 NOT NULL DEFAULT 1
            )
            """,
            "CREATE INDEX api_keys_by_organization ON api_keys (organization)",
            """
            CREATE TABLE application_keys (
                key int8 PRIMARY KEY,
                low int8 NOT NULL,
                organization int8 NOT NULL,
                owner int8 NOT NULL,
                name text COLLATE "C" NOT NULL,
                digest bytea NOT NULL UNIQUE,
                last4 text COLLATE "C" NOT NULL,
                is_scoped int8 NOT NULL,
                is_registered int8 NOT NULL,
                created_at int8 NOT NULL,
                last_used_at int8,
                revision int8 NOT NULL DEFAULT 1
            )
            """,
            "CREATE INDEX application_keys_by_owner ON application_keys (organization, owner)",
            "CREATE INDEX registrations ON application_keys (organization) WHERE is_registered <> 0",
            """
            CREATE TABLE application_key_scopes (
                application_key int8 NOT NULL,
                position int8 NOT NULL,
                scope text COLLATE "C" NOT NULL,
                PRIMARY KEY (application_key, position)
            )
            """,
            """
            CREATE TABLE access_tokens (
                key int8 PRIMARY KEY,
                low int8 NOT NULL,
                organization int8 NOT NULL,
                kind int8 NOT NULL,
                owner int8 NOT NULL,
                name text COLLATE "C" NOT NULL,
                digest bytea NOT NULL UNIQUE,
                scopes text COLLATE "C",
                created_at int8 NOT NULL,
                modified_at int8,
                expires_at int8,
                last_used_at int8,
                revision int8 NOT NULL DEFAULT 1
            )
            """,
            "CREATE INDEX access_tokens_by_owner ON access_tokens (organization, owner)",
            "CREATE INDEX delegated_tokens_by_expiry ON access_tokens (expires_at) WHERE kind = 2",
            """
            CREATE TABLE act_tokens (
                key int8 PRIMARY KEY,
                low int8 NOT NULL,
                organization int8 NOT NULL,
                owner int8 NOT NULL,
                api_key int8,
                application_key int8,
                access_token int8,
                name text COLLATE "C",
                digest bytea NOT NULL UNIQUE,
                connections text COLLATE "C" NOT NULL,
                methods text COLLATE "C",
                paths text COLLATE "C",
                acts_at_most int8,
                acts int8 NOT NULL DEFAULT 0,
                created_at int8 NOT NULL,
                expires_at int8 NOT NULL
            )
            """,
            "CREATE INDEX act_tokens_by_owner ON act_tokens (organization, owner, key)",
            "CREATE INDEX act_tokens_by_expiry ON act_tokens (expires_at)",
            "CREATE INDEX act_tokens_by_api_key ON act_tokens (api_key) WHERE api_key IS NOT NULL",
            """
            CREATE INDEX act_tokens_by_application_key ON act_tokens (application_key)
            WHERE application_key IS NOT NULL
            """,
            "CREATE INDEX act_tokens_by_access_token ON act_tokens (access_token) WHERE access_token IS NOT NULL",
        ]
            + documents("connections", more: ", is_restricted int8 NOT NULL DEFAULT 0")
            + documents("aws_accounts") + documents("ccm_configs") + documents("connection_settings")
            + documents("event_bridges") + documents("token_issuers") + documents("persona_mappings") + [
                "CREATE INDEX connections_by_name ON connections (organization, name, key, category)",
                "CREATE INDEX restricted_connections ON connections (organization) WHERE is_restricted <> 0",
                "CREATE UNIQUE INDEX aws_accounts_by_name ON aws_accounts (organization, name)",
                "CREATE INDEX ccm_configs_by_name ON ccm_configs (organization, name)",
                "CREATE INDEX connection_settings_by_name ON connection_settings (organization, name)",
                "CREATE UNIQUE INDEX event_bridges_by_name ON event_bridges (organization, name)",
                "CREATE UNIQUE INDEX token_issuers_by_name ON token_issuers (organization, name)",
                "CREATE UNIQUE INDEX persona_mappings_by_name ON persona_mappings (organization, name)",
                """
                CREATE TABLE restriction_bindings (
                    connection int8 NOT NULL,
                    principal text COLLATE "C" NOT NULL,
                    relation text COLLATE "C" NOT NULL,
                    position int8 NOT NULL,
                    PRIMARY KEY (connection, principal, relation)
                )
                """,
                "CREATE INDEX restriction_bindings_by_principal ON restriction_bindings (principal)",
                """
                CREATE TABLE sealed_secrets (
                    document int8 PRIMARY KEY,
                    kind int8 NOT NULL,
                    master_key_id text COLLATE "C" NOT NULL,
                    bytes bytea NOT NULL
                )
                """,
                "CREATE TABLE master_keys (id text COLLATE \"C\" PRIMARY KEY)",
                """
                CREATE TABLE server_keys (
                    name text COLLATE "C" PRIMARY KEY,
                    master_key_id text COLLATE "C" NOT NULL,
                    bytes bytea NOT NULL
                )
                """,
                """
                CREATE TABLE external_ids (
                    id text COLLATE "C" PRIMARY KEY,
                    organization int8 NOT NULL
                )
                """,
                """
                CREATE TABLE brought_external_ids (
                    account int8 PRIMARY KEY,
                    organization int8 NOT NULL,
                    id text COLLATE "C" NOT NULL
                )
                """,
                "CREATE INDEX brought_external_ids_by_id ON brought_external_ids (id, organization)",
                """
                CREATE TABLE audit_log (
                    place int8 PRIMARY KEY,
                    event text COLLATE "C" NOT NULL,
                    time int8 NOT NULL
                )
                """,
                "CREATE INDEX audit_log_by_time ON audit_log ((place >> 40), time, place)",
                """
                CREATE VIEW audit_events (organization, sequence, event) AS
                    SELECT place >> 40, place & x'ffffffffff'::int8, event FROM audit_log
                """,
                // The generation rises with each change of access. The mark is drawn anew each time: a generation that
                // was lost in a crash, and is reached again by other changes, is told from the first by it.
                """
                CREATE TABLE access_state (
                    id int8 PRIMARY KEY CHECK (id = 1),
                    generation int8 NOT NULL,
                    mark int8 NOT NULL
                )
                """,
                "INSERT INTO access_state (id, generation, mark) VALUES (1, 0, 0)",
            ]
    )

    /// The table of one kind of document.
    static func documents(_ name: String, more: String = "") -> [String] {
        [
            """
            CREATE TABLE \(name) (
                key int8 PRIMARY KEY,
                low int8 NOT NULL,
                organization int8 NOT NULL,
                document text COLLATE "C" NOT NULL,
                document_version int8 NOT NULL,
                revision int8 NOT NULL,
                owner int8 NOT NULL,
                name text COLLATE "C" NOT NULL,
                category text COLLATE "C" NOT NULL\(more)
            )
            """
        ]
    }
}
