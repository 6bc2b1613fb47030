import Access
import Documents
import Storage

extension StoreExercise {
    static let listPositions = [
        StoreExercise(
            "lists of API keys go on behind a place in every order, whatever became of the key there",
            apiKeyPositions
        ),
        StoreExercise(
            "lists of application keys and registrations go on behind a place in every order",
            applicationKeyPositions
        ),
        StoreExercise(
            "lists of users go on behind a place in every order, whatever became of the user there",
            userPositions
        ),
    ]

    @Sendable
    private static func apiKeyPositions(_ store: any Store) async throws {
        for order in keyOrders {
            let tenant = try await Tenant.create(in: store, name: "\(order)")
            let keys = (0..<11).map { (number: Int) -> APIKey in
                tenant.apiKey(
                    "n\(number % 3)",
                    digest: .numbered(tenant.id.low &+ UInt64(number)),
                    last4: "l\(number % 4)",
                    createdAt: Int64(number % 5)
                )
            }
            try await tenant.commit(keys.map(Mutation.createAPIKey), in: store)
            let change = { (ids: [Identifier]) async throws -> Void in
                for index in [0, 2] {
                    try await tenant.commit([.deleteAPIKey(ids[index], organization: tenant.id)], in: store)
                }
                let further = tenant.apiKey("n0", digest: .numbered(tenant.id.low &+ 99), last4: "l0", createdAt: 0)
                try await tenant.commit([.createAPIKey(further)], in: store)
            }
            try await requireRest("API keys by \(order)", change: change) { page in
                try places(store.apiKeys(in: tenant.id, matching: .init(), order: order, page: page), \.id)
            }
        }
    }

    @Sendable
    private static func applicationKeyPositions(_ store: any Store) async throws {
        for order in keyOrders {
            let tenant = try await Tenant.create(in: store, name: "\(order)")
            let keys = (0..<11).map { (number: Int) -> ApplicationKey in
                tenant.applicationKey(
                    "n\(number % 3)",
                    digest: .numbered(tenant.id.low &+ UInt64(number)),
                    last4: "l\(number % 4)",
                    isRegistered: true,
                    createdAt: Int64(number % 5)
                )
            }
            try await tenant.commit(keys.map(Mutation.createApplicationKey), in: store)
            let change = { (ids: [Identifier]) async throws -> Void in
                for index in [0, 2] {
                    try await tenant.commit(
                        [.deleteApplicationKey(ids[index], organization: tenant.id)],
                        in: store
                    )
                }
            }
            try await requireRest("application keys by \(order)", change: change) { page in
                try places(store.applicationKeys(in: tenant.id, matching: .init(), order: order, page: page), \.id)
            }
            try await requireRest("registrations", change: change) { page in
                try places(store.registrations(in: tenant.id, page: page), \.self)
            }
        }
    }

    @Sendable
    private static func userPositions(_ store: any Store) async throws {
        for order in userOrders {
            let tenant = try await Tenant.create(in: store, name: "\(order)")
            let users = (0..<11).map { (number: Int) -> User in
                let name: String? = number % 4 == 0 ? nil : "n\(number % 4)"
                let handle = "h\(number)@example.com"
                return tenant.newUser(handle, name: name, isDisabled: number % 3 == 0, createdAt: Int64(number % 5))
            }
            try await tenant.commit(users.map(Mutation.createUser), in: store)
            let change = { (ids: [Identifier]) async throws -> Void in
                // The third is the last of the first page: it goes elsewhere in every order.
                var moved = try required(try store.user(ids[2], in: tenant.id), "the user")
                moved.name = order.isDescending ? "zz" : nil
                moved.handle = order.isDescending ? "zz" : "a"
                moved.isDisabled = order.isDescending
                moved.modifiedAt = Timestamp(microseconds: order.isDescending ? .max : 0)
                try await tenant.commit(
                    [.updateUser(moved), .createUser(tenant.newUser("aa@x", name: "a"))],
                    in: store
                )
            }
            try await requireRest("users by \(order)", change: change) { page in
                try places(store.users(in: tenant.id, matching: .init(), order: order, page: page), \.id)
            }
        }
    }

    private static let userOrders = UserOrder.Criterion.allCases.flatMap {
        [UserOrder(by: $0), UserOrder(by: $0, isDescending: true)]
    }

    private static let keyOrders = KeyOrder.Criterion.allCases.flatMap {
        [KeyOrder(by: $0), KeyOrder(by: $0, isDescending: true)]
    }

    private static func places<Element>(
        _ page: PageOf<Element>,
        _ id: (Element) -> Identifier
    ) -> (ids: [Identifier], end: ListPosition?) {
        (page.elements.map(id), page.end)
    }

    /// Requires that what follows a list's first page, read from where that ended, is the same after a change: of those
    /// that were in the list, each once and in their order.
    private static func requireRest(
        _ subject: String,
        change: ([Identifier]) async throws -> Void,
        _ read: (Page) throws -> (ids: [Identifier], end: ListPosition?)
    ) async throws {
        let whole = try read(Page(size: 50, number: 0)).ids
        let first = try read(Page(size: 3, number: 0))
        try expect(first.ids, is: Array(whole.prefix(3)), "\(subject): the first page")
        try await change(whole)
        var rest: [Identifier] = []
        var end = first.end
        while let position = end {
            // The number does not count.
            let page = try read(Page(size: 3, number: 5, after: position))
            rest += page.ids
            end = page.end
        }
        try expect(rest.filter(whole.contains), is: Array(whole.dropFirst(3)), "\(subject): what comes behind")
    }
}
