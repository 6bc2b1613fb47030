import Access
import Documents
import Secrets
import Storage

extension StoreExercise {
    static let isolation = [
        StoreExercise("an organisation reads nothing of another") { store in
            let owner = try await Belongings.create(in: store)
            let other = try await Tenant.create(in: store)
            let twin = Identifier(high: owner.tenant.id.high, low: owner.tenant.id.low ^ 1)
            for (reader, users) in [(other.id, [other.user]), (Tenant.ids.next(), []), (twin, [])] {
                for record in owner.records {
                    try expect(store.document(record.kind, record.id, in: reader), is: nil, "the document")
                    try expect(store.stored(record.kind, record.id, in: reader), is: nil, "the document")
                    let sealed = try store.sealedSecrets(of: record.kind, record.id, in: reader)
                    try expect(sealed == nil, "no secrets are found")
                    for filter in [
                        DocumentFilter(), .init(category: "HTTP"), .init(name: "name"), .init(nameContains: "a"),
                    ] {
                        let list = try store.documents(record.kind, in: reader, matching: filter, page: nil)
                        try expect(list.elements, is: [], "the list")
                        try expect([list.total, list.totalFiltered], is: [0, 0], "the totals")
                    }
                }
                try expect(store.apiKey(owner.apiKey.id, in: reader), is: nil, "the API key")
                try expect(store.applicationKey(owner.key.id, in: reader), is: nil, "the application key")
                try expect(store.user(owner.tenant.user.id, in: reader), is: nil, "the user")
                let all = Page(size: 10, number: 0)
                var filter = KeyFilter()
                for owner in [nil, owner.tenant.user.id] {
                    filter.owner = owner
                    let keys = try store.applicationKeys(
                        in: reader,
                        matching: filter,
                        order: .init(by: .name),
                        page: all
                    )
                    try expect(keys.elements, is: [], "the application keys")
                    try expect([keys.total, keys.totalFiltered], is: [0, 0], "their totals")
                }
                let apiKeys = try store.apiKeys(in: reader, matching: .init(), order: .init(by: .name), page: all)
                try expect(apiKeys.elements, is: [], "the API keys")
                try expect([apiKeys.total, apiKeys.totalFiltered], is: [0, 0], "their totals")
                let list = try store.users(in: reader, matching: .init(), order: .init(by: .name), page: all)
                try expect(list.elements, is: users, "the users")
                try expect([list.total, list.totalFiltered], is: [users.count, users.count], "their totals")
                let registrations = try store.registrations(in: reader, page: all)
                try expect(registrations.elements, is: [], "the registrations")
                try expect(registrations.total, is: 0, "the total of registrations")
            }
        },
        StoreExercise("an organisation changes nothing of another") { store in
            let owner = try await Belongings.create(in: store)
            let other = try await Tenant.create(in: store)
            for writer in [other, Tenant()] {
                let user = User(
                    id: owner.tenant.user.id,
                    organization: writer.id,
                    handle: "taken",
                    isDisabled: true,
                    roles: [],
                    createdAt: .now
                )
                let apiKey = APIKey(
                    id: owner.apiKey.id,
                    organization: writer.id,
                    name: "taken",
                    digest: .numbered(7),
                    last4: "",
                    createdAt: .now
                )
                let key = ApplicationKey(
                    id: owner.key.id,
                    organization: writer.id,
                    owner: writer.user.id,
                    name: "taken",
                    digest: .numbered(7),
                    last4: "",
                    scopes: ["taken"],
                    isRegistered: false,
                    createdAt: .now
                )
                var mutations: [Mutation] = [
                    .updateUser(user), .updateAPIKey(apiKey), .deleteAPIKey(apiKey.id, organization: writer.id),
                    .updateApplicationKey(key), .deleteApplicationKey(key.id, organization: writer.id),
                    .setRegistration(applicationKey: key.id, organization: writer.id, isRegistered: false),
                    .createDocument(writer.record(kind: .ccmConfig, id: owner.records[2].id), sealed: nil),
                    .createDocument(writer.record(kind: .connectionSettings, id: owner.records[0].id), sealed: nil),
                ]
                for record in owner.records {
                    let taken = writer.record("taken", kind: record.kind, id: record.id)
                    mutations += [
                        .updateDocument(taken, expecting: 1, sealed: nil),
                        .rewrapSecrets(taken.sealed(.lettered("b"))),
                        .deleteDocument(record.kind, record.id, organization: writer.id),
                    ]
                    if record.hasOwnSecrets {
                        mutations.append(.updateDocument(taken, expecting: 1, sealed: .lettered("b")))
                    }
                }
                for mutation in mutations {
                    try expect(await store.commit(Change([mutation], event: nil)), is: .missing, "\(mutation)")
                }
            }
            let tenant = owner.tenant
            for record in owner.records {
                let stored = try store.stored(record.kind, record.id, in: tenant.id)
                try expect(stored, is: StoredDocument(record: record, revision: 1), "the document")
                let sealed = try store.sealedSecrets(of: record.kind, record.id, in: tenant.id)?.sealed
                try expect(sealed, is: record.hasOwnSecrets ? .lettered("a") : nil, "its secrets")
            }
            try expect(store.user(tenant.user.id, in: tenant.id), is: tenant.user, "the user")
            try expect(store.apiKey(owner.apiKey.id, in: tenant.id), is: owner.apiKey, "the API key")
            try expect(store.applicationKey(owner.key.id, in: tenant.id), is: owner.key, "the application key")
        },
        StoreExercise("ids that another organisation has are refused, and nothing of it is changed") { store in
            let owner = try await Belongings.create(in: store)
            let other = try await Tenant.create(in: store)
            for record in owner.records where record.hasOwnSecrets {
                let taken = other.record(kind: record.kind, id: record.id)
                try expect(await other.create(taken, sealed: .lettered("b"), in: store), is: .conflict, "creating")
                let sealed = try store.sealedSecrets(of: record.kind, record.id, in: owner.tenant.id)?.sealed
                try expect(sealed, is: .lettered("a"), "the secrets")
            }
        },
        StoreExercise("an admin of another organisation is none") { store in
            let tenant = try await Tenant.create(in: store)
            _ = try await Tenant.create(in: store)
            var user = tenant.user
            user.roles = []
            let admin = Requirement.enabledUser(withRole: Role.admin.id, organization: tenant.id)
            let removal = Change([.updateUser(user)], requiring: [admin], event: nil)
            try expect(await store.commit(removal), is: .unmet(admin), "removing the only one")
        },
    ]
}

/// A tenant with one of everything.
private struct Belongings {
    let tenant: Tenant
    let records: [DocumentRecord]
    let apiKey: APIKey
    let key: ApplicationKey

    static func create(in store: any Store) async throws -> Belongings {
        let tenant = try await Tenant.create(in: store)
        let account = tenant.record("name", kind: .awsAccount)
        let config = tenant.record("name", kind: .ccmConfig, id: account.id)
        let connection = tenant.record("name")
        let settings = tenant.record("name", kind: .connectionSettings, id: connection.id)
        let belongings = Belongings(
            tenant: tenant,
            records: [connection, account, config, settings],
            apiKey: tenant.apiKey(digest: .numbered(1), createdBy: tenant.user.id),
            key: tenant.applicationKey(digest: .numbered(1), scopes: ["a"], isRegistered: true)
        )
        for record in belongings.records {
            let sealed: SealedSecrets? = record.hasOwnSecrets ? .lettered("a") : nil
            try expect(await tenant.create(record, sealed: sealed, in: store), is: .committed, "\(record.kind)")
        }
        let keys: [Mutation] = [.createAPIKey(belongings.apiKey), .createApplicationKey(belongings.key)]
        try await tenant.commit(keys, in: store)
        return belongings
    }
}

extension DocumentRecord {
    /// Whether it is of a kind whose secrets are not those of another document.
    fileprivate var hasOwnSecrets: Bool { kind != .ccmConfig && kind != .connectionSettings }
}
