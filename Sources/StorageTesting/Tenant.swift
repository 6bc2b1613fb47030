package import Access
package import Documents
package import Secrets
package import Storage

/// An organisation with a user, as tests need one to write anything.
package struct Tenant: Sendable {
    package static let ids = IdentifierGenerator()

    package let organization: Organization
    package let user: User

    package init(name: String = "Example") {
        organization = Organization(id: Self.ids.next(), name: name, createdAt: Timestamp(microseconds: 1))
        user = User(
            id: Self.ids.next(),
            organization: organization.id,
            handle: "ada@example.com",
            roles: [Role.admin.id],
            createdAt: Timestamp(microseconds: 2)
        )
    }

    /// Creates a tenant in a store.
    package static func create(in store: any Store, name: String = "Example") async throws -> Tenant {
        let tenant = Tenant(name: name)
        let creation = Change(
            [.createOrganization(tenant.organization), .createUser(tenant.user)],
            event: tenant.event("organization.create", on: tenant.organization.id)
        )
        try expect(await store.commit(creation), is: .committed, "creating an organisation and its user")
        return tenant
    }

    package var id: Identifier { organization.id }

    /// An event of this organisation.
    package func event(_ action: String = "connection.create", on resource: Identifier) -> AuditEvent {
        AuditEvent(
            organization: id,
            time: Timestamp(microseconds: 1_790_000_000_000_000),
            actor: .operatorCommand("test"),
            action: action,
            resourceType: "connection",
            resource: resource
        )
    }

    /// A connection of this organisation that is not stored yet.
    package func record(
        _ name: String = "connection",
        id: Identifier = Tenant.ids.next(),
        integration: String = "HTTP",
        document: String? = nil
    ) -> ConnectionRecord {
        ConnectionRecord(
            id: id,
            organization: self.id,
            owner: user.id,
            name: name,
            integration: integration,
            document: [UInt8]((document ?? "{\"name\":\"\(name)\"}").utf8),
            documentVersion: 1
        )
    }

    /// Commits the creation of a connection.
    @discardableResult
    package func create(
        _ record: ConnectionRecord,
        sealed: SealedSecrets? = nil,
        in store: any Store
    ) async throws -> CommitOutcome {
        try await store.commit(Change([.createConnection(record, sealed: sealed)], event: event(on: record.id)))
    }

    /// An API key of this organisation that is not stored yet.
    package func apiKey(digest: KeyDigest) -> APIKey {
        APIKey(
            id: Self.ids.next(),
            organization: id,
            name: "api key",
            digest: digest,
            last4: "ab12",
            createdAt: Timestamp(microseconds: 3)
        )
    }

    /// An application key of this tenant's user that is not stored yet.
    package func applicationKey(
        digest: KeyDigest,
        scopes: [String]? = nil,
        isRegistered: Bool = false
    ) -> ApplicationKey {
        ApplicationKey(
            id: Self.ids.next(),
            organization: id,
            owner: user.id,
            name: "application key",
            digest: digest,
            last4: "cd34",
            scopes: scopes,
            isRegistered: isRegistered,
            createdAt: Timestamp(microseconds: 4)
        )
    }
}

extension KeyDigest {
    /// A digest that is told from others by a number.
    package static func numbered(_ number: UInt64) -> KeyDigest {
        KeyDigest(words: SIMD4(0xfeed, 0, number, .max))
    }
}

extension SealedSecrets {
    /// Sealed secrets that are told from others by a letter.
    package static func lettered(_ letter: Character, masterKeyID: String = "k1") -> SealedSecrets {
        SealedSecrets(masterKeyID: masterKeyID, bytes: [UInt8](String(repeating: letter, count: 40).utf8))
    }
}
