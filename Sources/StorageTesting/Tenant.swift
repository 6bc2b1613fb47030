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

    /// The master keys that exercises seal under; they are noted with the first tenant.
    package static let masterKeys = ["k1", "k2", "old", "new"]

    /// Creates a tenant in a store.
    package static func create(in store: any Store, name: String = "Example") async throws -> Tenant {
        let tenant = Tenant(name: name)
        let creation = Change(
            [.createOrganization(tenant.organization), .createUser(tenant.user)]
                + masterKeys.map { .noteMasterKey(id: $0) },
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

    /// A document of this organisation that is not stored yet; without a name it has one that no other has.
    package func record(
        _ name: String? = nil,
        kind: DocumentKind = .connection,
        id: Identifier = Tenant.ids.next(),
        category: String = "HTTP",
        document: String? = nil
    ) -> DocumentRecord {
        let name = name ?? "document \(id)"
        return DocumentRecord(
            kind: kind,
            id: id,
            organization: self.id,
            owner: user.id,
            name: name,
            category: category,
            document: [UInt8]((document ?? "{\"name\":\"\(name)\"}").utf8),
            documentVersion: 1
        )
    }

    /// Commits the creation of a document.
    @discardableResult
    package func create(
        _ record: DocumentRecord,
        sealed: SealedSecrets? = nil,
        in store: any Store
    ) async throws -> CommitOutcome {
        try await store.commit(Change([.createDocument(record, sealed: sealed)], event: event(on: record.id)))
    }

    /// Commits mutations one by one, and requires that each succeeds.
    package func commit(_ mutations: [Mutation], in store: any Store) async throws {
        for mutation in mutations {
            try expect(await store.commit(Change([mutation], event: nil)), is: .committed, "\(mutation)")
        }
    }

    /// A further user of this organisation that is not stored yet.
    package func newUser(
        _ handle: String? = nil,
        name: String? = nil,
        isDisabled: Bool = false,
        roles: [Identifier] = [],
        createdAt: Int64 = 5
    ) -> User {
        let id = Self.ids.next()
        return User(
            id: id,
            organization: self.id,
            handle: handle ?? "\(id)@example.com",
            name: name,
            isDisabled: isDisabled,
            roles: roles,
            createdAt: Timestamp(microseconds: createdAt)
        )
    }

    /// A role of this organisation's own that is not stored yet.
    package func role(
        _ name: String,
        given: PermissionSet = [.connectionsRead],
        source: OwnRole.Source? = nil
    ) -> OwnRole {
        OwnRole(
            id: Self.ids.next(),
            organization: id,
            name: name,
            given: given,
            source: source,
            createdAt: Timestamp(microseconds: 6)
        )
    }

    /// An API key of this organisation that is not stored yet.
    package func apiKey(
        _ name: String = "api key",
        digest: KeyDigest,
        last4: String = "ab12",
        createdAt: Int64 = 3,
        createdBy: Identifier? = nil
    ) -> APIKey {
        APIKey(
            id: Self.ids.next(),
            organization: id,
            name: name,
            digest: digest,
            last4: last4,
            createdAt: Timestamp(microseconds: createdAt),
            createdBy: createdBy
        )
    }

    /// An application key of this organisation that is not stored yet; without an owner it is this tenant's user's.
    package func applicationKey(
        _ name: String = "application key",
        owner: Identifier? = nil,
        digest: KeyDigest,
        last4: String = "cd34",
        scopes: [String]? = nil,
        isRegistered: Bool = false,
        createdAt: Int64 = 4
    ) -> ApplicationKey {
        ApplicationKey(
            id: Self.ids.next(),
            organization: id,
            owner: owner ?? user.id,
            name: name,
            digest: digest,
            last4: last4,
            scopes: scopes,
            isRegistered: isRegistered,
            createdAt: Timestamp(microseconds: createdAt)
        )
    }
}

extension DocumentRecord {
    /// The document's secrets as a rewrapping takes them and a search finds them.
    package func sealed(revision: Int64 = 1, _ sealed: SealedSecrets) -> SealedRecord {
        SealedRecord(kind: kind, id: id, organization: organization, revision: revision, sealed: sealed)
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
