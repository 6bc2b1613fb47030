import Access
import Documents
import Storage

extension StoreExercise {
    static let accessFilters = [
        StoreExercise("API keys are filtered by part of the name, creation and modification") { store in
            let tenant = try await Tenant.create(in: store)
            for (number, name) in ["100% a", "1000 A", "a_b", "aXb", "ü"].enumerated() {
                var key = tenant.apiKey(name, digest: .numbered(UInt64(number)), createdAt: Int64(number))
                key.modifiedAt = Timestamp(microseconds: Int64(10 * number))
                try await tenant.commit([.createAPIKey(key)], in: store)
            }
            let cases: [(KeyFilter, [String])] = [
                (.init { $0.nameContains = "0%" }, ["100% a"]), (.init { $0.nameContains = "_" }, ["a_b"]),
                (.init { $0.nameContains = "A" }, ["100% a", "1000 A", "a_b", "aXb"]),
                (.init { $0.nameContains = "Ü" }, []), (.init { $0.nameContains = "a\0" }, []),
                (.init { $0.nameContains = "" }, ["100% a", "1000 A", "a_b", "aXb", "ü"]),
                (.init { $0.createdFrom = Timestamp(microseconds: 3) }, ["aXb", "ü"]),
                (.init { $0.createdTo = Timestamp(microseconds: 1) }, ["100% a", "1000 A"]),
                (.init { $0.modifiedFrom = Timestamp(microseconds: 30) }, ["aXb", "ü"]),
                (.init { $0.modifiedTo = Timestamp(microseconds: 10) }, ["100% a", "1000 A"]),
                (.init { $0.modifiedFrom = Timestamp(microseconds: 31) }, ["ü"]),
                (
                    .init {
                        $0.nameContains = "a"
                        $0.createdFrom = Timestamp(microseconds: 1)
                        $0.createdTo = Timestamp(microseconds: 3)
                        $0.modifiedFrom = Timestamp(microseconds: 11)
                        $0.modifiedTo = Timestamp(microseconds: 29)
                    }, ["a_b"]
                ),
            ]
            for (filter, names) in cases {
                let list = try store.apiKeys(
                    in: tenant.id,
                    matching: filter,
                    order: .init(by: .createdAt),
                    page: Page(size: 9, number: 0)
                )
                try expect(list.elements.map(\.name), is: names, "the keys of \(filter)")
                try expect([list.total, list.totalFiltered], is: [5, names.count], "the totals of \(filter)")
            }
        },
        StoreExercise("application keys are filtered by owner, part of the name and creation") { store in
            let tenant = try await Tenant.create(in: store)
            let second = tenant.newUser()
            try await tenant.commit([.createUser(second)], in: store)
            for (number, name) in ["a%", "ab", "B_", "bc"].enumerated() {
                let key = tenant.applicationKey(
                    name,
                    owner: number % 2 == 0 ? second.id : nil,
                    digest: .numbered(UInt64(number)),
                    createdAt: Int64(number)
                )
                try await tenant.commit([.createApplicationKey(key)], in: store)
            }
            let twin = Identifier(high: second.id.high, low: second.id.low ^ 1)
            let cases: [(KeyFilter, [String])] = [
                (.init { $0.owner = second.id }, ["a%", "B_"]), (.init { $0.owner = tenant.user.id }, ["ab", "bc"]),
                (.init { $0.owner = Tenant.ids.next() }, []), (.init { $0.owner = twin }, []),
                (.init { $0.nameContains = "%" }, ["a%"]), (.init { $0.nameContains = "b" }, ["ab", "B_", "bc"]),
                (.init { $0.createdFrom = Timestamp(microseconds: 2) }, ["B_", "bc"]),
                (.init { $0.createdTo = Timestamp(microseconds: 0) }, ["a%"]),
                (
                    .init {
                        $0.owner = second.id
                        $0.nameContains = "B"
                    }, ["B_"]
                ),
            ]
            for (filter, names) in cases {
                let list = try store.applicationKeys(
                    in: tenant.id,
                    matching: filter,
                    order: .init(by: .createdAt),
                    page: Page(size: 9, number: 0)
                )
                try expect(list.elements.map(\.name), is: names, "the keys of \(filter)")
                try expect([list.total, list.totalFiltered], is: [4, names.count], "the totals of \(filter)")
            }
        },
        StoreExercise("users are filtered by part of handle or name, by handle, and by being disabled") { store in
            let tenant = Tenant()
            try await tenant.commit(
                [
                    .createOrganization(tenant.organization), .createUser(tenant.newUser("ada@x", name: "Ada L")),
                    .createUser(tenant.newUser("bob@x", name: nil)),
                    .createUser(tenant.newUser("Eve@y", name: "100% bob_", isDisabled: true)),
                ],
                in: store
            )
            let cases: [(UserFilter, [String])] = [
                (.init { $0.contains = "BOB" }, ["Eve@y", "bob@x"]),
                (.init { $0.contains = "@x" }, ["ada@x", "bob@x"]),
                (.init { $0.contains = "%" }, ["Eve@y"]), (.init { $0.contains = "_" }, ["Eve@y"]),
                (.init { $0.isDisabled = true }, ["Eve@y"]), (.init { $0.isDisabled = false }, ["ada@x", "bob@x"]),
                (.init { $0.handle = "bob@x" }, ["bob@x"]), (.init { $0.handle = "bob@" }, []),
                (.init { $0.handle = "BOB@x" }, []),
                (
                    .init {
                        $0.contains = "bob"
                        $0.isDisabled = false
                        $0.handle = "bob@x"
                    }, ["bob@x"]
                ),
                (
                    .init {
                        $0.handle = "bob@x"
                        $0.isDisabled = true
                    }, []
                ),
            ]
            for (filter, handles) in cases {
                let list = try store.users(
                    in: tenant.id,
                    matching: filter,
                    order: .init(by: .handle),
                    page: Page(size: 9, number: 0)
                )
                try expect(list.elements.map(\.handle), is: handles, "the users of \(filter)")
                try expect([list.total, list.totalFiltered], is: [3, handles.count], "the totals of \(filter)")
            }
        },
    ]
}

extension KeyFilter {
    fileprivate init(_ set: (inout KeyFilter) -> Void) {
        self.init()
        set(&self)
    }
}

extension UserFilter {
    fileprivate init(_ set: (inout UserFilter) -> Void) {
        self.init()
        set(&self)
    }
}
