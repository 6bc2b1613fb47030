import Access
import Documents
import Storage

extension StoreExercise {
    static let accessLists = [
        StoreExercise("API keys are listed in every order, ties by id") { store in
            let tenant = try await Tenant.create(in: store)
            var keys = [("b", "2", 5), ("a", "3", 5), ("B", "1", 9), ("b", "2", 1), ("é", "0", 5)].enumerated().map {
                tenant.apiKey($1.0, digest: .numbered(UInt64($0)), last4: $1.1, createdAt: $1.2)
            }
            for index in keys.indices { keys[index].modifiedAt = Timestamp(microseconds: [4, 4, 1, 9, 4][index]) }
            for key in keys.reversed() { try await tenant.commit([.createAPIKey(key), .updateAPIKey(key)], in: store) }
            for index in keys.indices { keys[index].revision = 2 }
            let expected: [(KeyOrder.Criterion, [Int])] = [
                (.name, [2, 1, 0, 3, 4]), (.last4, [4, 2, 0, 3, 1]), (.createdAt, [3, 0, 1, 4, 2]),
                (.modifiedAt, [2, 0, 1, 4, 3]),
            ]
            try expect(expected.count, is: KeyOrder.Criterion.allCases.count, "the criteria")
            for (criterion, order) in expected {
                let ascending = try apiKeys(tenant, store, KeyOrder(by: criterion))
                try expect(ascending, is: order.map { keys[$0] }, "the keys by \(criterion)")
                let descending = try apiKeys(tenant, store, KeyOrder(by: criterion, isDescending: true))
                try expect(descending, is: ascending.reversed(), "the keys by \(criterion), descending")
            }
        },
        StoreExercise("application keys are listed in every order, ties by id") { store in
            let tenant = try await Tenant.create(in: store)
            let keys = [("b", "2", 5), ("a", "3", 5), ("B", "1", 9), ("b", "2", 1)].enumerated().map {
                tenant.applicationKey(
                    $1.0,
                    digest: .numbered(UInt64($0)),
                    last4: $1.1,
                    scopes: $0 == 1 ? ["x", "y"] : nil,
                    isRegistered: $0 == 2,
                    createdAt: $1.2
                )
            }
            try await tenant.commit(keys.reversed().map(Mutation.createApplicationKey), in: store)
            let expected: [(KeyOrder.Criterion, [Int])] = [
                (.name, [2, 1, 0, 3]), (.last4, [2, 0, 3, 1]), (.createdAt, [3, 0, 1, 2]), (.modifiedAt, [3, 0, 1, 2]),
            ]
            try expect(expected.count, is: KeyOrder.Criterion.allCases.count, "the criteria")
            for (criterion, order) in expected {
                let ascending = try applicationKeys(tenant, store, KeyOrder(by: criterion))
                try expect(ascending, is: order.map { keys[$0] }, "the keys by \(criterion)")
                let descending = try applicationKeys(tenant, store, KeyOrder(by: criterion, isDescending: true))
                try expect(descending, is: ascending.reversed(), "the keys by \(criterion), descending")
            }
        },
        StoreExercise("users are listed in every order, ties by id") { store in
            let tenant = Tenant()
            let users = [
                tenant.newUser("c", name: "b", createdAt: 5), tenant.newUser("a", name: nil, createdAt: 5),
                tenant.newUser(
                    "b",
                    name: "b",
                    isDisabled: true,
                    roles: [Role.admin.id, Role.readOnly.id],
                    createdAt: 9
                ),
                tenant.newUser("D", name: "", createdAt: 1),
            ]
            try await tenant.commit([.createOrganization(tenant.organization)], in: store)
            for (user, modified) in zip(users, [4, 4, 1, 9]).reversed() {
                var changed = user
                changed.modifiedAt = Timestamp(microseconds: Int64(modified))
                try await tenant.commit([.createUser(user), .updateUser(changed)], in: store)
            }
            let expected: [(UserOrder.Criterion, [Int])] = [
                (.name, [1, 3, 0, 2]), (.handle, [3, 1, 2, 0]), (.createdAt, [3, 0, 1, 2]),
                (.modifiedAt, [2, 0, 1, 3]), (.isDisabled, [0, 1, 3, 2]),
            ]
            try expect(expected.count, is: UserOrder.Criterion.allCases.count, "the criteria")
            for (criterion, order) in expected {
                let ascending = try userList(tenant, store, UserOrder(by: criterion))
                try expect(ascending.map(\.id), is: order.map { users[$0].id }, "the users by \(criterion)")
                let descending = try userList(tenant, store, UserOrder(by: criterion, isDescending: true))
                try expect(descending, is: ascending.reversed(), "the users by \(criterion), descending")
            }
            let whole = try userList(tenant, store, UserOrder(by: .handle))
            for user in whole { try expect(store.user(user.id, in: tenant.id), is: user, "the user of the list") }
        },
        StoreExercise("pages of keys and users follow each other without gaps, and end") { store in
            let tenant = try await Tenant.create(in: store)
            for number in 0..<22 {
                try await tenant.commit(
                    [
                        .createUser(tenant.newUser("u\(number)")),
                        .createAPIKey(tenant.apiKey("n\(number % 4)", digest: .numbered(UInt64(number)))),
                        .createApplicationKey(tenant.applicationKey("n\(number)", digest: .numbered(UInt64(number)))),
                    ],
                    in: store
                )
            }
            let order = KeyOrder(by: .name, isDescending: true)
            var apiKeys: [Identifier] = []
            var applicationKeys: [Identifier] = []
            var users: [Identifier] = []
            for number in 0..<5 {
                let page = Page(size: 5, number: number)
                apiKeys += try store.apiKeys(in: tenant.id, matching: .init(), order: order, page: page).elements.map(
                    \.id
                )
                applicationKeys += try store.applicationKeys(
                    in: tenant.id,
                    matching: .init(),
                    order: order,
                    page: page
                ).elements.map(\.id)
                let list = try store.users(in: tenant.id, matching: .init(), order: .init(by: .name), page: page)
                users += list.elements.map(\.id)
                try expect([list.total, list.totalFiltered], is: [23, 23], "the totals")
            }
            try expect(apiKeys, is: try Self.apiKeys(tenant, store, order).map(\.id), "the API keys")
            try expect(applicationKeys, is: try Self.applicationKeys(tenant, store, order).map(\.id), "the others")
            try expect(users, is: try Self.userList(tenant, store, UserOrder(by: .name)).map(\.id), "the users")
            try expect(
                Set(apiKeys).count + Set(applicationKeys).count + Set(users).count,
                is: 22 + 22 + 23,
                "all of them"
            )
            for page in [Page(size: 5, number: 9), Page(size: .max, number: .max)] {
                let beyond = try store.apiKeys(in: tenant.id, matching: .init(), order: order, page: page)
                try expect(beyond.elements, is: [], "a page beyond the end")
                try expect([beyond.total, beyond.totalFiltered], is: [22, 22], "its totals")
            }
        },
    ]

    private static let fifty = Page(size: 50, number: 0)

    private static func apiKeys(_ tenant: Tenant, _ store: any Store, _ order: KeyOrder) throws -> [APIKey] {
        try store.apiKeys(in: tenant.id, matching: .init(), order: order, page: fifty).elements
    }

    private static func applicationKeys(
        _ tenant: Tenant,
        _ store: any Store,
        _ order: KeyOrder
    ) throws -> [ApplicationKey] {
        try store.applicationKeys(in: tenant.id, matching: .init(), order: order, page: fifty).elements
    }

    private static func userList(_ tenant: Tenant, _ store: any Store, _ order: UserOrder) throws -> [User] {
        try store.users(in: tenant.id, matching: .init(), order: order, page: fifty).elements
    }
}
