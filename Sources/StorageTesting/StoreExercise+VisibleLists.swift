package import Access
package import Documents
import Storage

extension StoreExercise {
    static let visibleLists = [
        StoreExercise("without policies everyone sees the list of all documents") { store in
            let tenant = try await Tenant.create(in: store)
            let reader = try tenant.principal()
            try expect(names(store, reader), is: [], "the list of none")
            for name in ["b", "a", "c"] { try await tenant.create(tenant.record(name, document: name), in: store) }
            try expect(names(store, reader), is: ["a", "b", "c"], "the list")
            try expect(names(store, reader, .init(nameContains: "B")), is: ["b"], "the filtered list")
            let page = try store.connections(visibleTo: reader, matching: .init(), page: Page(size: 2, number: 1))
            try expect([page.elements.count, page.total, page.totalFiltered], is: [1, 3, 3], "the second page")
        },
        StoreExercise("a list leaves out what its reader may not view, and does not count it") { store in
            let tenant = try await Tenant.create(in: store)
            let reader = try tenant.principal(roles: [Role.standard.id, Role.readOnly.id])
            let subjects: [(name: String, subject: RestrictionPolicy.Subject?, isVisible: Bool)] = [
                ("open", nil, true), ("own", .user(reader.user), true), ("role", .role(Role.standard.id), true),
                ("second role", .role(Role.readOnly.id), true), ("everyone", .organization(tenant.id), true),
                ("another's", .user(tenant.user.id), false), ("other role", .role(Role.admin.id), false),
                ("other kind", .role(reader.user), false), ("as a user", .user(Role.standard.id), false),
            ]
            for (index, relation) in RestrictionPolicy.Relation.allCases.enumerated() {
                for (name, subject, _) in subjects {
                    let record = tenant.record("\(name) \(index)", document: "\(name) \(index)")
                    try await tenant.create(record, in: store)
                    guard let subject else { continue }
                    let policy = RestrictionPolicy([.init(relation, [subject])])
                    try await tenant.commit([tenant.restrict(record, to: policy, expecting: 1)], in: store)
                }
            }
            let visible = subjects.filter(\.isVisible).flatMap { subject in (0..<3).map { "\(subject.name) \($0)" } }
            try expect(names(store, reader), is: visible.sorted(), "the list")
            let filters: [DocumentFilter] = [
                .init(nameContains: "O"), .init(nameContains: "role"), .init(category: "HTTP"), .init(category: "AWS"),
                .init(name: "own 1"), .init(name: "another's 1"), .init(category: "HTTP", nameContains: "2"),
            ]
            for filter in filters {
                let expected = visible.filter { name in
                    (filter.name.map { $0 == name } ?? true) && filter.category != "AWS"
                        && (filter.nameContains.map { name.contains($0.lowercased()) } ?? true)
                }
                try expect(names(store, reader, filter), is: expected.sorted(), "the list of \(filter)")
                let page = try store.connections(visibleTo: reader, matching: filter, page: Page(size: 1, number: 0))
                try expect(page.total, is: visible.count, "the total")
                try expect(page.totalFiltered, is: expected.count, "the filtered total of \(filter)")
            }
            let all = try store.documents(.connection, in: tenant.id, matching: .init(), page: nil)
            try expect(all.total, is: 3 * subjects.count, "all, whoever may view them")
        },
        StoreExercise("pages of visible connections follow each other without gaps, and end") { store in
            let tenant = try await Tenant.create(in: store)
            let reader = try tenant.principal()
            for index in 10..<40 {
                let record = tenant.record("n\(index)", document: "n\(index)")
                try await tenant.create(record, in: store)
                guard index % 3 == 0 else { continue }
                try await tenant.commit([tenant.restrict(record, to: tenant.editorsOnly, expecting: 1)], in: store)
            }
            let visible = (10..<40).filter { $0 % 3 != 0 }.map { "n\($0)" }
            var collected: [String] = []
            for number in 0..<4 {
                let page = try store.connections(
                    visibleTo: reader,
                    matching: .init(),
                    page: Page(size: 7, number: number)
                )
                try expect([page.total, page.totalFiltered], is: [visible.count, visible.count], "the totals")
                collected += page.elements.map { String(decoding: $0, as: UTF8.self) }
            }
            try expect(collected, is: visible, "the pages together")
        },
        StoreExercise("a list follows changes of policies and of the reader's roles") { store in
            let tenant = try await Tenant.create(in: store)
            let record = tenant.record("a", document: "a")
            try await tenant.create(record, in: store)
            let reader = try tenant.principal()
            let policies: [(policy: RestrictionPolicy?, names: [String])] = [
                (tenant.editorsOnly, []), (tenant.everyRelation, ["a"]), (tenant.editorsOnly, []), (nil, ["a"]),
                (RestrictionPolicy([.init(.viewer, [.role(Role.readOnly.id)])]), []),
            ]
            for (index, (policy, expected)) in policies.enumerated() {
                try await tenant.commit([tenant.restrict(record, to: policy, expecting: Int64(index) + 1)], in: store)
                try expect(names(store, reader), is: expected, "the list under \(String(describing: policy))")
            }
            try expect(names(store, tenant.principal(roles: [Role.readOnly.id])), is: ["a"], "a reader's list")
        },
        StoreExercise("policies of one organisation keep nothing from another") { store in
            let tenant = try await Tenant.create(in: store)
            let other = try await Tenant.create(in: store)
            let record = tenant.record("a", document: "a")
            try await tenant.create(record, in: store)
            try await tenant.commit([tenant.restrict(record, to: tenant.everyRelation, expecting: 1)], in: store)
            try await other.create(other.record("b", document: "b"), in: store)
            try expect(names(store, other.principal()), is: ["b"], "the other's list")
            try expect(names(store, tenant.principal()), is: ["a"], "the list")
            try expect(names(store, Tenant().principal()), is: [], "the list of an organisation that is not there")
        },
    ]
}

private func names(
    _ store: any Store,
    _ reader: Principal,
    _ filter: DocumentFilter = .init()
) throws -> [String] {
    try store.connections(visibleTo: reader, matching: filter, page: nil).elements
        .map { String(decoding: $0, as: UTF8.self) }
}

extension Tenant {
    /// A user of this organisation, who need not be stored to ask.
    package func principal(roles: [Identifier] = []) throws -> Principal {
        let user = newUser(roles: roles)
        let principal = Principal(
            apiKey: apiKey(digest: .numbered(1)),
            applicationKey: applicationKey(owner: user.id, digest: .numbered(2)),
            user: user
        )
        return try required(principal, "the principal")
    }
}
