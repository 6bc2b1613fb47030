import Access
import Documents
import Storage

extension StoreExercise {
    static let revisions = [
        StoreExercise("users, roles and keys begin with revision 1, which each change raises") { store in
            let records = try await Records.create(in: store)
            for kind in AccessRevision.Kind.allCases {
                try expect(records.revision(of: kind, in: store), is: 1, "the first revision of \(kind)")
                for revision in 1...3 as ClosedRange<Int64> {
                    try await records.tenant.commit([records.update(kind, from: revision)], in: store)
                    try expect(records.revision(of: kind, in: store), is: revision + 1, "the revision of \(kind)")
                }
            }
        },
        StoreExercise("an update that was made from another revision is refused, and changes nothing") { store in
            let records = try await Records.create(in: store)
            let tenant = records.tenant
            for kind in AccessRevision.Kind.allCases {
                try await tenant.commit([records.update(kind, from: 1)], in: store)
                for stale in [1, 3, 0, -1, .max] as [Int64] {
                    let update = Change([records.update(kind, from: stale)], event: tenant.event(on: tenant.id))
                    try expect(await store.commit(update), is: .conflict, "an update of \(kind) from \(stale)")
                }
                try expect(records.revision(of: kind, in: store), is: 2, "the revision of \(kind)")
            }
        },
        StoreExercise("a registration raises the revision of its key, and a last use raises none") { store in
            let records = try await Records.create(in: store)
            let (tenant, key) = (records.tenant, records.applicationKey)
            func register(_ isRegistered: Bool) -> Mutation {
                .setRegistration(applicationKey: key.id, organization: tenant.id, isRegistered: isRegistered)
            }
            let steps: [(mutation: Mutation, revision: Int64)] = [
                (register(true), 2), (register(true), 2), (register(false), 3),
                (.noteUse(LastUse(of: .applicationKey, key.id, in: tenant.id, at: .now)), 3),
            ]
            for (mutation, revision) in steps {
                try await tenant.commit([mutation], in: store)
                try expect(records.revision(of: .applicationKey, in: store), is: revision, "after \(mutation)")
            }
            let others: [(LastUse.Subject, AccessRevision.Kind, Identifier)] = [
                (.apiKey, .apiKey, records.apiKey.id), (.user, .user, records.user.id),
            ]
            for (subject, kind, id) in others {
                try await tenant.commit([.noteUse(LastUse(of: subject, id, in: tenant.id, at: .now))], in: store)
                try expect(records.revision(of: kind, in: store), is: 1, "after a use of \(kind)")
            }
        },
    ]

    static let requirements = [
        StoreExercise("a change is refused once a record that it was decided on has changed or is gone") { store in
            let records = try await Records.create(in: store)
            let tenant = records.tenant
            let stranger = try await Tenant.create(in: store)
            var title = tenant.user
            func outcome(_ requirement: Requirement) async throws -> CommitOutcome {
                title.title = "\(title.revision)"
                let change = Change([.updateUser(title)], requiring: [requirement], event: tenant.event(on: tenant.id))
                let outcome = try await store.commit(change)
                if outcome == .committed { title.revision += 1 }
                try expect(store.user(title.id, in: tenant.id)?.revision, is: title.revision, "whether it was done")
                return outcome
            }
            for kind in AccessRevision.Kind.allCases {
                func unchanged(_ revision: Int64, in organization: Identifier = tenant.id) -> Requirement {
                    .unchanged(AccessRevision(of: kind, records.id(of: kind), in: organization, revision: revision))
                }
                func requireUnmet(_ requirement: Requirement, _ what: String) async throws {
                    try expect(await outcome(requirement), is: .unmet(requirement), "\(kind), \(what)")
                }
                try expect(await outcome(unchanged(1)), is: .committed, "\(kind), as it was read")
                try await requireUnmet(unchanged(2), "as it never was")
                try await requireUnmet(unchanged(1, in: stranger.id), "of another organisation")
                try await requireUnmet(unchanged(1, in: Tenant().id), "of nobody")
                try await tenant.commit([records.update(kind, from: 1)], in: store)
                try await requireUnmet(unchanged(1), "after a change")
                try expect(await outcome(unchanged(2)), is: .committed, "\(kind), as it is then")
                guard let deletion = records.deletion(of: kind) else { continue }
                try await tenant.commit([deletion], in: store)
                try await requireUnmet(unchanged(2), "after its deletion")
            }
        },
        StoreExercise("a grant is refused when the granter's role, key, token or user is revoked before it") { store in
            for revoked in AccessRevision.Kind.allCases {
                let records = try await Records.create(in: store)
                let tenant = records.tenant
                let isByToken = revoked == .accessToken
                let principal = try required(records.principal(byToken: isByToken), "the principal")
                try expect(principal.records.count, is: isByToken ? 3 : 4, "the records of a principal")
                let gift = tenant.newUser(roles: [records.role.id])
                let grant = Change(
                    [.createUser(gift)],
                    requiring: principal.records.map { .unchanged($0) },
                    event: tenant.event(on: gift.id)
                )
                let revocation = records.deletion(of: revoked) ?? records.update(revoked, from: 1)
                try await tenant.commit([revocation], in: store)
                guard case .unmet(.unchanged) = try await store.commit(grant) else {
                    throw Failure(description: "the grant was not refused without the \(revoked)")
                }
                try expect(store.user(gift.id, in: tenant.id), is: nil, "the user after the \(revoked) was revoked")
            }
        },
        StoreExercise("a required revision of a document is that before the mutations") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let record = tenant.record()
            try await tenant.create(record, in: store)
            func deletion(at revision: Int64, in organization: Identifier) -> (Change, Requirement) {
                let unchanged = Requirement.unchangedDocument(
                    .connection,
                    record.id,
                    organization: organization,
                    revision: revision
                )
                let deletion = Mutation.deleteDocument(.connection, record.id, organization: organization)
                return (Change([deletion], requiring: [unchanged], event: nil), unchanged)
            }
            for (revision, organization) in [(2, tenant.id), (1, other.id), (1, Tenant().id)] as [(Int64, Identifier)] {
                let (change, requirement) = deletion(at: revision, in: organization)
                try expect(await store.commit(change), is: .unmet(requirement), "\(requirement)")
            }
            try expect(store.stored(.connection, record.id, in: tenant.id)?.revision, is: 1, "the revision")
            let (change, requirement) = deletion(at: 1, in: tenant.id)
            try expect(await store.commit(change), is: .committed, "deleting it")
            try expect(await store.commit(change), is: .unmet(requirement), "deleting it again")
        },
        StoreExercise("of several that want to create the first organisation one does") { store in
            let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let tenant = Tenant()
                        let creation = [Mutation.createOrganization(tenant.organization), .createUser(tenant.user)]
                        return try await store.commit(
                            Change(creation, requiring: [.noOrganization], event: tenant.event(on: tenant.id))
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try expect(outcomes.count { $0 == .committed }, is: 1, "changes done")
            try expect(outcomes.count { $0 == .unmet(.noOrganization) }, is: 7, "changes refused")
            try expect(store.organizations().count, is: 1, "the organisations")
            _ = try await Tenant.create(in: store)
        },
        StoreExercise("a change may require that it leaves a user with a role who is not disabled") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            func requirement(_ role: Role = .admin, in organization: Identifier) -> Requirement {
                .enabledUser(withRole: role.id, organization: organization)
            }
            func outcome(_ mutations: Mutation..., requiring required: Requirement) async throws -> CommitOutcome {
                try await store.commit(Change(mutations, requiring: [required], event: tenant.event(on: tenant.id)))
            }
            var disabled = tenant.user
            disabled.isDisabled = true
            var demoted = tenant.user
            demoted.roles = [Role.standard.id]
            let required = requirement(in: tenant.id)
            try expect(await outcome(requiring: required), is: .committed, "with an admin")
            for unmet in [requirement(.standard, in: tenant.id), requirement(in: Tenant().id)] {
                try expect(await outcome(requiring: unmet), is: .unmet(unmet), "without one")
            }
            for removal in [disabled, demoted] {
                try expect(await outcome(.updateUser(removal), requiring: required), is: .unmet(required), "a removal")
                try expect(store.user(tenant.user.id, in: tenant.id), is: tenant.user, "the admin")
            }
            let second = tenant.newUser(isDisabled: true, roles: [Role.admin.id])
            try await tenant.commit([.createUser(second)], in: store)
            try expect(
                await outcome(.updateUser(disabled), requiring: required),
                is: .unmet(required),
                "with a disabled second"
            )
            var enabled = second
            enabled.isDisabled = false
            try expect(
                await outcome(.updateUser(disabled), .updateUser(enabled), requiring: required),
                is: .committed,
                "with a second who is enabled in the same change"
            )
            try expect(await outcome(requiring: required), is: .committed, "with the second")
            try expect(
                await outcome(.updateUser(other.user), requiring: requirement(in: other.id)),
                is: .committed,
                "elsewhere"
            )
        },
        StoreExercise("of keys and roles there are no more than a change allows, however many are made at once") {
            store in
            let tenant = try await Tenant.create(in: store)
            let second = tenant.newUser()
            try await tenant.commit([.createUser(second)], in: store)
            let stranger = try await Tenant.create(in: store)
            let limits: [(limited: Requirement.Limited, creation: @Sendable (UInt64) -> Mutation)] = [
                (.apiKeys(of: tenant.id), { .createAPIKey(tenant.apiKey(digest: .numbered($0))) }),
                (
                    .applicationKeys(owner: tenant.user.id, organization: tenant.id),
                    { .createApplicationKey(tenant.applicationKey(digest: .numbered($0))) }
                ),
                (.ownRoles(of: tenant.id), { .createRole(tenant.role("role \($0)")) }),
            ]
            // Of others there may be more.
            try await tenant.commit(
                [.createApplicationKey(tenant.applicationKey(owner: second.id, digest: .numbered(900)))],
                in: store
            )
            try await stranger.commit(
                (0..<4).map { .createAPIKey(stranger.apiKey(digest: .numbered(901 + $0))) }
                    + (0..<4).map { .createRole(stranger.role("role \($0)")) },
                in: store
            )
            for (limited, creation) in limits {
                let room = Requirement.atMost(3, limited)
                let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
                    for number in 0..<10 as Range<UInt64> {
                        group.addTask {
                            try await store.commit(
                                Change([creation(number)], requiring: [room], event: tenant.event(on: tenant.id))
                            )
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                try expect(outcomes.count { $0 == .committed }, is: 3, "changes done, of \(limited)")
                try expect(outcomes.count { $0 == .unmet(room) }, is: 7, "changes refused, of \(limited)")
            }
        },
        StoreExercise("a change is told of by all of its events, or by none") { store in
            let tenant = try await Tenant.create(in: store)
            let before = try required(store.newestAuditLine(in: tenant.id), "an event").sequence
            let users = [tenant.newUser(), tenant.newUser()]
            let events = users.map { tenant.event("user.create", on: $0.id) }
            let creation = Change(users.map { .createUser($0) }, events: events)
            try expect(await store.commit(creation), is: .committed, "the change")
            try expect(await store.commit(creation), is: .conflict, "the change again")
            let lines = try store.auditLines(in: tenant.id, after: before, atMost: 9)
            try expect(lines.map(\.sequence), is: [before + 1, before + 2], "the events' places")
            for (line, user) in zip(lines, users) {
                let text = String(decoding: line.bytes, as: UTF8.self)
                try expect(text.contains(user.id.description), "the event names its user")
            }
        },
    ]
}

/// One record of each kind, of one organisation.
private struct Records: Sendable {
    let tenant: Tenant
    let user: User
    let role: OwnRole
    let apiKey: APIKey
    let applicationKey: ApplicationKey
    let accessToken: AccessToken

    static func create(in store: any Store) async throws -> Records {
        let tenant = try await Tenant.create(in: store)
        let role = tenant.role("granter")
        let user = tenant.newUser(roles: [role.id])
        let records = Records(
            tenant: tenant,
            user: user,
            role: role,
            apiKey: tenant.apiKey(digest: .random),
            applicationKey: tenant.applicationKey(owner: user.id, digest: .random),
            accessToken: tenant.accessToken(.personal, owner: user.id, digest: .random)
        )
        try await tenant.commit(
            [
                .createRole(role), .createUser(user), .createAPIKey(records.apiKey),
                .createApplicationKey(records.applicationKey), .createAccessToken(records.accessToken),
            ],
            in: store
        )
        return records
    }

    func principal(byToken isByToken: Bool) -> Principal? {
        if isByToken { return Principal(accessToken: accessToken, user: user, ownRoles: [role]) }
        return Principal(apiKey: apiKey, applicationKey: applicationKey, user: user, ownRoles: [role])
    }

    func id(of kind: AccessRevision.Kind) -> Identifier {
        switch kind {
        case .user: user.id
        case .ownRole: role.id
        case .apiKey: apiKey.id
        case .applicationKey: applicationKey.id
        case .accessToken: accessToken.id
        }
    }

    func revision(of kind: AccessRevision.Kind, in store: any Store) throws -> Int64? {
        switch kind {
        case .user: try store.user(user.id, in: tenant.id)?.revision
        case .ownRole: try store.ownRole(role.id, in: tenant.id)?.revision
        case .apiKey: try store.apiKey(apiKey.id, in: tenant.id)?.revision
        case .applicationKey: try store.applicationKey(applicationKey.id, in: tenant.id)?.revision
        case .accessToken: try store.accessToken(accessToken.id, in: tenant.id)?.revision
        }
    }

    /// An update that was made from a revision, and changes nothing else.
    func update(_ kind: AccessRevision.Kind, from revision: Int64) -> Mutation {
        switch kind {
        case .user:
            var user = user
            user.revision = revision
            return .updateUser(user)
        case .ownRole:
            var role = role
            role.revision = revision
            return .updateRole(role)
        case .apiKey:
            var key = apiKey
            key.revision = revision
            return .updateAPIKey(key)
        case .applicationKey:
            var key = applicationKey
            key.revision = revision
            return .updateApplicationKey(key)
        case .accessToken:
            var token = accessToken
            token.revision = revision
            return .updateAccessToken(token)
        }
    }

    /// `nil` of users, who are disabled instead.
    func deletion(of kind: AccessRevision.Kind) -> Mutation? {
        switch kind {
        case .user: nil
        case .ownRole: .deleteRole(role.id, organization: tenant.id)
        case .apiKey: .deleteAPIKey(apiKey.id, organization: tenant.id)
        case .applicationKey: .deleteApplicationKey(applicationKey.id, organization: tenant.id)
        case .accessToken: .deleteAccessToken(accessToken.id, organization: tenant.id)
        }
    }
}

extension KeyDigest {
    /// A digest that no other is the same as.
    fileprivate static var random: KeyDigest {
        KeyDigest(words: SIMD4((0..<4).map { _ in UInt64.random(in: 0...UInt64.max) }))
    }
}
