import Access
import Documents
import Storage

extension StoreExercise {
    static let tokens = [
        StoreExercise("an access token is found by digest and by id, with its scopes as given") { store in
            let tenant = try await Tenant.create(in: store)
            for (number, kind) in AccessToken.Kind.allCases.enumerated() {
                let token = tenant.accessToken(
                    kind,
                    digest: .numbered(UInt64(number)),
                    scopes: kind == .delegated ? nil : ["connections_read", "unknown"],
                    expiresAt: kind == .service ? nil : Timestamp(microseconds: 99)
                )
                try await tenant.commit([.createAccessToken(token)], in: store)
                try expect(store.accessToken(digest: token.digest), is: token, "the token by digest")
                try expect(store.accessToken(token.id, in: tenant.id), is: token, "the token by id")
                try expect(store.accessToken(token.id, in: Tenant.ids.next()), is: nil, "another organisation's")
            }
        },
        StoreExercise("an access token is changed from the revision that it was read with") { store in
            let tenant = try await Tenant.create(in: store)
            var token = tenant.accessToken(.personal, digest: .numbered(1))
            try await tenant.commit([.createAccessToken(token)], in: store)
            token.name = "renamed"
            token.scopes = ["other"]
            token.modifiedAt = Timestamp(microseconds: 7)
            try await tenant.commit([.updateAccessToken(token)], in: store)
            try expect(
                await store.commit(Change([.updateAccessToken(token)], event: nil)),
                is: .conflict,
                "an update from the revision before"
            )
            token.revision += 1
            try expect(store.accessToken(token.id, in: tenant.id), is: token, "the token after the change")
            let requirement = Requirement.unchanged(token.accessRevision)
            try await tenant.commit([.deleteAccessToken(token.id, organization: tenant.id)], in: store)
            try expect(store.accessToken(digest: token.digest), is: nil, "the token after it was revoked")
            try expect(
                await store.commit(Change([], requiring: [requirement], event: nil)),
                is: .unmet(requirement),
                "what was decided on it"
            )
        },
        StoreExercise("access tokens are listed in every order, except delegated ones") { store in
            let tenant = try await Tenant.create(in: store)
            let account = tenant.newUser()
            try await tenant.commit([.createUser(account)], in: store)
            let tokens = [
                tenant.accessToken(.personal, digest: .numbered(1), name: "b", expiresAt: Timestamp(microseconds: 30)),
                tenant.accessToken(.personal, digest: .numbered(2), name: "a", expiresAt: Timestamp(microseconds: 40)),
                tenant.accessToken(.service, owner: account.id, digest: .numbered(3), name: "c", expiresAt: nil),
            ]
            let delegated = tenant.accessToken(.delegated, digest: .numbered(4), name: "d")
            try await tenant.commit((tokens + [delegated]).map { .createAccessToken($0) }, in: store)
            func listed(
                _ order: AccessTokenOrder.Criterion,
                _ filter: AccessTokenFilter = AccessTokenFilter(),
                descending: Bool = false
            ) throws -> [String] {
                var names: [String] = []
                var page = Page(size: 1, number: 0)
                while true {
                    let part = try store.accessTokens(
                        in: tenant.id,
                        matching: filter,
                        order: AccessTokenOrder(by: order, isDescending: descending),
                        page: page
                    )
                    guard let end = part.end else { return names }
                    names += part.elements.map(\.name)
                    page = Page(size: 1, number: 0, after: end)
                }
            }
            try expect(listed(.name), is: ["a", "b", "c"], "by name")
            try expect(listed(.expiresAt), is: ["c", "b", "a"], "by expiry, none first")
            try expect(listed(.expiresAt, descending: true), is: ["a", "b", "c"], "by expiry, descending")
            try expect(listed(.createdAt).count, is: 3, "by creation")
            try expect(listed(.lastUsedAt).count, is: 3, "by last use")
            var filter = AccessTokenFilter()
            filter.owner = account.id
            try expect(listed(.name, filter), is: ["c"], "of one owner")
            filter = AccessTokenFilter()
            filter.nameContains = "B"
            try expect(listed(.name, filter), is: ["b"], "by a part of the name")
        },
        StoreExercise("an act token is found by digest, by the range of its access key id and by id") { store in
            let tenant = try await Tenant.create(in: store)
            let (keys, access) = try await sources(of: tenant, in: store)
            for (number, source) in [keys, access].enumerated() {
                let token = tenant.actToken(
                    from: source,
                    digest: .numbered(UInt64(number) << 32 + 7),
                    limits: number == 0
                        ? .init(connections: [Tenant.ids.next()])
                        : .init(
                            connections: [Tenant.ids.next(), Tenant.ids.next()],
                            methods: ["GET", "PUT"],
                            paths: ["/a/**", "/b"],
                            actsAtMost: 3
                        )
                )
                try await tenant.commit([.createActToken(token)], in: store)
                try expect(store.actToken(digest: token.digest), is: token, "the token by digest")
                try expect(store.actToken(token.id, in: tenant.id), is: token, "the token by id")
                let range = try required(AccessKeyID.digests(of: token.accessKeyID), "the range")
                try expect(range.contains(token.digest), "the digest is in the range of its access key id")
                let found = try store.actTokens(
                    in: tenant.id,
                    owner: tenant.user.id,
                    goodAt: Timestamp(microseconds: 98),
                    page: Page(size: 9, number: 0)
                )
                try expect(found.elements.last, is: token, "the token in the list")
                try expect(found.totalFiltered, is: number + 1, "the number of tokens")
            }
            func listed(_ owner: Identifier?, _ time: Int64) throws -> Int {
                let tokens = try store.actTokens(
                    in: tenant.id,
                    owner: owner,
                    goodAt: Timestamp(microseconds: time),
                    page: Page(size: 9, number: 0)
                )
                return tokens.elements.count
            }
            try expect(listed(Tenant.ids.next(), 98), is: 0, "another owner's")
            try expect(listed(nil, 98), is: 2, "everyone's")
            try expect(listed(nil, 99), is: 0, "those that have expired")
        },
        StoreExercise("an act token goes with each credential that it was made from") { store in
            let tenant = try await Tenant.create(in: store)
            for number in 0..<3 as Range<UInt64> {
                let (keys, access) = try await sources(of: tenant, in: store, seed: number)
                guard case .keys(let api, let application) = keys, case .accessToken(let token) = access else { return }
                let act = tenant.actToken(from: number == 2 ? access : keys, digest: .numbered(900 + number))
                try await tenant.commit([.createActToken(act)], in: store)
                let deletions: [Mutation] = [
                    .deleteAPIKey(api, organization: tenant.id),
                    .deleteApplicationKey(application, organization: tenant.id),
                    .deleteAccessToken(token, organization: tenant.id),
                ]
                try await tenant.commit([deletions[Int(number)]], in: store)
                try expect(store.actToken(digest: act.digest), is: nil, "the token without its source")
                try expect(
                    await store.commit(Change([.createActToken(act)], event: nil)),
                    is: .missing,
                    "one from a source that is gone"
                )
            }
        },
        StoreExercise("acts by a token are counted up to its limit, each with its event or not at all") { store in
            let tenant = try await Tenant.create(in: store)
            let (keys, _) = try await sources(of: tenant, in: store)
            let token = tenant.actToken(
                from: keys,
                digest: .numbered(5),
                limits: .init(connections: [Tenant.ids.next()], actsAtMost: 2)
            )
            try await tenant.commit([.createActToken(token)], in: store)
            let before = try store.newestAuditLine(in: tenant.id)?.sequence ?? 0
            var outcomes: [CommitOutcome] = []
            for _ in 0..<3 {
                let count = Mutation.countAct(by: token.id, organization: tenant.id)
                outcomes.append(try await store.commit(Change([count], event: tenant.event(on: token.id))))
            }
            try expect(outcomes, is: [.committed, .committed, .conflict], "the outcomes")
            try expect(store.actToken(token.id, in: tenant.id)?.acts, is: 2, "the number of acts")
            try expect(store.newestAuditLine(in: tenant.id)?.sequence, is: before + 2, "the number of events")
            let unknown = Mutation.countAct(by: Tenant.ids.next(), organization: tenant.id)
            try expect(await store.commit(Change([unknown], event: nil)), is: .missing, "an unknown token")
        },
        StoreExercise("expired act tokens and delegated tokens are erased, and nothing else") { store in
            let tenant = try await Tenant.create(in: store)
            let (keys, access) = try await sources(of: tenant, in: store)
            let times: [Int64] = [10, 20]
            let acts = times.map {
                tenant.actToken(from: keys, digest: .numbered(100 + UInt64($0)), expiresAt: Timestamp(microseconds: $0))
            }
            let delegated = times.map {
                tenant.accessToken(
                    .delegated,
                    digest: .numbered(200 + UInt64($0)),
                    expiresAt: Timestamp(microseconds: $0)
                )
            }
            let old = tenant.accessToken(.personal, digest: .numbered(300), expiresAt: Timestamp(microseconds: 1))
            try await tenant.commit(acts.map { .createActToken($0) }, in: store)
            try await tenant.commit((delegated + [old]).map { .createAccessToken($0) }, in: store)
            try await tenant.commit([.deleteExpiredTokens(asOf: Timestamp(microseconds: 10))], in: store)
            try expect(acts.map { try store.actToken(digest: $0.digest) != nil }, is: [false, true], "the act tokens")
            try expect(
                delegated.map { try store.accessToken(digest: $0.digest) != nil },
                is: [false, true],
                "the delegated tokens"
            )
            try expect(store.accessToken(digest: old.digest), is: old, "a personal token that has expired")
            guard case .accessToken(let id) = access else { return }
            try expect(store.accessToken(id, in: tenant.id) != nil, "one that never expires is there")
        },
        StoreExercise("a revoked token is a change of access, and a new or a counted one is none") { store in
            let tenant = try await Tenant.create(in: store)
            let (keys, _) = try await sources(of: tenant, in: store)
            let act = tenant.actToken(
                from: keys,
                digest: .numbered(6),
                limits: .init(connections: [Tenant.ids.next()], actsAtMost: 2)
            )
            var token = tenant.accessToken(.personal, digest: .numbered(7))
            func changes(_ mutation: Mutation) async throws -> Bool {
                let before = try store.currentAccessGeneration()
                try await tenant.commit([mutation], in: store)
                return try store.currentAccessGeneration() > before
            }
            try expect(await changes(.createActToken(act)), is: false, "a new act token")
            try expect(await changes(.countAct(by: act.id, organization: tenant.id)), is: false, "an act")
            try expect(await changes(.createAccessToken(token)), is: false, "a new access token")
            token.name = "renamed"
            try expect(await changes(.updateAccessToken(token)), is: true, "a changed access token")
            try expect(await changes(.deleteActToken(act.id, organization: tenant.id)), is: true, "a revoked act token")
            try expect(
                await changes(.deleteAccessToken(token.id, organization: tenant.id)),
                is: true,
                "a revoked access token"
            )
        },
        StoreExercise("the last use of an access token only moves on") { store in
            let tenant = try await Tenant.create(in: store)
            let token = tenant.accessToken(.personal, digest: .numbered(1))
            try await tenant.commit([.createAccessToken(token)], in: store)
            for time in [20, 10, 30] as [Int64] {
                let use = LastUse(of: .accessToken, token.id, in: tenant.id, at: Timestamp(microseconds: time))
                try await tenant.commit([.noteUse(use)], in: store)
            }
            try expect(
                store.accessToken(token.id, in: tenant.id)?.lastUsedAt,
                is: Timestamp(microseconds: 30),
                "the last use"
            )
        },
    ]

    /// A pair of keys and an access token, from which act tokens can be made.
    private static func sources(
        of tenant: Tenant,
        in store: any Store,
        seed: UInt64 = 0
    ) async throws -> (keys: ActToken.Source, token: ActToken.Source) {
        let apiKey = tenant.apiKey(digest: .numbered(1_000 + seed))
        let applicationKey = tenant.applicationKey(digest: .numbered(2_000 + seed))
        let token = tenant.accessToken(.service, digest: .numbered(3_000 + seed), expiresAt: nil)
        try await tenant.commit(
            [.createAPIKey(apiKey), .createApplicationKey(applicationKey), .createAccessToken(token)],
            in: store
        )
        return (.keys(api: apiKey.id, application: applicationKey.id), .accessToken(token.id))
    }
}

extension Tenant {
    /// An access token of this organisation that is not stored yet.
    func accessToken(
        _ kind: AccessToken.Kind,
        owner: Identifier? = nil,
        digest: KeyDigest,
        name: String = "token",
        scopes: [String]? = ["connections_read"],
        expiresAt: Timestamp? = Timestamp(microseconds: 99)
    ) -> AccessToken {
        AccessToken(
            id: Self.ids.next(),
            organization: id,
            kind: kind,
            owner: owner ?? user.id,
            name: name,
            digest: digest,
            scopes: scopes,
            createdAt: Timestamp(microseconds: 3),
            expiresAt: expiresAt
        )
    }

    /// An act token of this organisation that is not stored yet.
    func actToken(
        from source: ActToken.Source,
        digest: KeyDigest,
        limits: ActToken.Limits = .init(connections: [Tenant.ids.next()]),
        expiresAt: Timestamp = Timestamp(microseconds: 99)
    ) -> ActToken {
        ActToken(
            id: Self.ids.next(),
            organization: id,
            owner: user.id,
            source: source,
            name: nil,
            digest: digest,
            limits: limits,
            createdAt: Timestamp(microseconds: 3),
            expiresAt: expiresAt
        )
    }
}
