import Access
import Documents
import Secrets
package import Storage

extension Tenant {
    /// Creates a tenant in a store, with a row in every table at least, as the service would write them: documents are
    /// JSON with their ids and names.
    ///
    /// - Parameters:
    ///   - store: The store, which has no tenant yet.
    ///   - connections: How many connections it gets.
    /// - Returns: The tenant.
    /// - Throws: ``StoreExercise/Failure`` if the store refuses something, or what it throws.
    @discardableResult
    package static func createWithEverything(in store: any Store, connections: Int = 3) async throws -> Tenant {
        let tenant = try await create(in: store)
        // A second one, so that chains, places and ordinals are told apart.
        let other = try await create(in: store, name: "Other, with \u{1F511} and ö")
        try await other.create(other.whole(.connection, name: "theirs"), in: store)
        try await tenant.createPeople(in: store)
        try await tenant.createConnections(connections, in: store)
        try await tenant.createDocuments(in: store)
        let key = SealedSecrets.lettered("s", masterKeyID: "k2")
        try await tenant.commit([.setServerKey(.auditSigning, key, replacingOneUnder: nil)], in: store)
        return tenant
    }

    private func createPeople(in store: any Store) async throws {
        let role = role("Deployers", source: nil)
        let person = newUser("grace@example.com", name: "Grace", roles: [role.id, Role.readOnly.id])
        let apiKey = apiKey(digest: .numbered(11), createdBy: user.id)
        let applicationKey = applicationKey(
            owner: person.id,
            digest: .numbered(12),
            scopes: ["connections_read", "connections_resolve"],
            isRegistered: true
        )
        let token = accessToken(.service, digest: .numbered(13), expiresAt: nil)
        let limits = ActToken.Limits(connections: [Self.ids.next()], methods: ["GET"], paths: ["/v1/*"], actsAtMost: 9)
        try await commit(
            [
                .createRole(role), .createUser(person), .createAPIKey(apiKey), .createApplicationKey(applicationKey),
                .createAccessToken(token),
                .createActToken(
                    actToken(
                        from: .keys(api: apiKey.id, application: applicationKey.id),
                        digest: .numbered(14),
                        limits: limits
                    )
                ),
                .createActToken(actToken(from: .accessToken(token.id), digest: .numbered(15))),
                .createInvitation(invitation(of: person.id, permissions: [.connectionsRead])),
                .noteUse(LastUse(of: .apiKey, apiKey.id, in: id, at: Timestamp(microseconds: 77))),
            ],
            in: store
        )
    }

    private func createConnections(_ count: Int, in store: any Store) async throws {
        for number in 0..<count {
            let record = whole(.connection, name: "connection \(number)")
            try await create(record, sealed: number % 2 == 0 ? .lettered("a") : nil, in: store)
            guard number == 0 else { continue }
            try await commit([restrict(record, to: everyRelation, expecting: 1)], in: store)
            try await create(whole(.connectionSettings, name: "", id: record.id), in: store)
        }
    }

    private func createDocuments(in store: any Store) async throws {
        let account = whole(.awsAccount, name: "123456789012")
        try await create(account, sealed: .lettered("b", masterKeyID: "k2"), in: store)
        try await create(whole(.ccmConfig, name: "", id: account.id), in: store)
        try await commit(
            [
                .issueExternalID("issued here", organization: id),
                .bringExternalID("brought by them", account: account.id, organization: id),
            ],
            in: store
        )
        for kind in [DocumentKind.eventBridge, .tokenIssuer, .personaMapping] {
            try await create(whole(kind, name: "the \(kind)"), in: store)
        }
        let webhook = whole(.auditWebhook, name: "the webhook")
        try await create(webhook, sealed: .lettered("c"), in: store)
        try await commit([.noteDelivery(to: webhook.id, organization: id, sequence: 3)], in: store)
    }

    /// A document with its own id and name in it.
    private func whole(_ kind: DocumentKind, name: String, id: Identifier = Tenant.ids.next()) -> DocumentRecord {
        let category = kind == .connection ? "HTTP" : ""
        let document = """
            {"id":"\(id)","attributes":{"name":"\(name)","category":"\(category)","note":"ö \\u00e9"}}
            """
        return record(name, kind: kind, id: id, category: category, document: document)
    }
}
