import Access
import Documents
import Testing

@Suite("A restriction policy")
struct RestrictionPolicyTests {
    private typealias Policy = RestrictionPolicy

    /// A user of the sample organisation with the standard and the read-only role.
    private static let principal = Principal(
        apiKey: Sample.apiKey(),
        // No scope takes a relation away.
        applicationKey: Sample.applicationKey(scopes: ["connections_read"]),
        user: Sample.user(roles: [Role.standard.id, Role.readOnly.id])
    )

    /// Names by which a policy means that user, and names by which it means others.
    private static let own: [Policy.Subject] = [
        .user(Sample.user), .role(Role.standard.id), .role(Role.readOnly.id), .organization(Sample.organization),
    ]
    private static let others: [Policy.Subject] = [
        .user(Sample.otherUser), .role(Role.admin.id), .organization(Sample.otherOrganization),
        // Ids of another kind.
        .user(Role.standard.id), .user(Sample.organization), .role(Sample.user), .role(Sample.organization),
        .organization(Sample.user), .organization(Role.standard.id),
    ]

    private static let implied: [(given: Policy.Relation, allowed: [Policy.Relation])] = [
        (.viewer, [.viewer]), (.resolver, [.viewer, .resolver]), (.editor, [.viewer, .resolver, .editor]),
    ]

    @Test("gives whom it names the relation and those that it implies, and no other", arguments: own, implied)
    private func allows(_ name: Policy.Subject, _ relations: (given: Policy.Relation, allowed: [Policy.Relation]))
        throws
    {
        let principal = try #require(Self.principal)
        let lists = [[name], Self.others + [name], [name] + Self.others]
        for names in lists {
            let policy = try #require(Policy([Policy.Binding(relations.given, names)]))
            #expect(Policy.Relation.allCases.filter { policy.allows(principal, $0) } == relations.allowed)
        }
    }

    @Test("gives whom it does not name nothing", arguments: others, Policy.Relation.allCases)
    private func refuses(_ name: Policy.Subject, _ given: Policy.Relation) throws {
        let principal = try #require(Self.principal)
        let policy = try #require(Policy([Policy.Binding(given, [name])]))
        #expect(Policy.Relation.allCases.filter { policy.allows(principal, $0) } == [])
    }

    @Test("gives the most of what several bindings give", arguments: Policy.Relation.allCases, Policy.Relation.allCases)
    private func severalBindings(_ first: Policy.Relation, _ second: Policy.Relation) throws {
        let principal = try #require(Self.principal)
        let bindings = [
            Policy.Binding(first, [.organization(Sample.organization)]), .init(second, [.user(Sample.user)]),
        ]
        let policy = try #require(Policy(bindings))
        let most = max(first, second)
        #expect(
            Policy.Relation.allCases.filter { policy.allows(principal, $0) }
                == Policy.Relation.allCases.filter { $0 <= most }
        )
    }

    @Test("is none if it names nobody", arguments: [[], Policy.Relation.allCases.map { Policy.Binding($0, []) }])
    private func nobody(_ bindings: [Policy.Binding]) {
        #expect(Policy(bindings) == nil)
    }

    @Test("joins bindings of one relation, and names nobody twice in one")
    func joining() throws {
        let (ada, bob) = (Policy.Subject.user(Sample.user), Policy.Subject.user(Sample.otherUser))
        let policy = try #require(
            Policy([
                .init(.editor, [ada, ada]), .init(.resolver, []), .init(.viewer, [ada]), .init(.editor, [bob, ada]),
            ])
        )
        #expect(policy.bindings == [.init(.editor, [ada, bob]), .init(.viewer, [ada])])
        #expect(Policy(policy.bindings) == policy)
    }

    @Test("names principals by type and id", arguments: own + others)
    private func names(_ name: Policy.Subject) {
        #expect(Policy.Subject(name.description) == name)
        let upperCase = name.description.split(separator: ":").last?.uppercased() ?? ""
        #expect(Policy.Subject("user:\(upperCase)")?.description == "user:\(upperCase.lowercased())")
    }

    @Test(
        "knows no other principals",
        arguments: [
            "", ":", "user", "user:", "user:1", "team:00000000-0000-0000-0000-000000000001",
            "User:00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001",
            " user:00000000-0000-0000-0000-000000000001", "user:00000000-0000-0000-0000-000000000001 ",
            "user::00000000-0000-0000-0000-000000000001", "users:00000000-0000-0000-0000-000000000001",
            "organization:00000000-0000-0000-0000-000000000001", "user:00000000-0000-0000-0000-000000000001:editor",
        ]
    )
    func malformed(_ text: String) {
        #expect(RestrictionPolicy.Subject(text) == nil)
    }

    @Test("has relations in the order in which they imply each other, by their names on the wire")
    func order() {
        #expect(Policy.Relation.allCases.map(\.rawValue) == ["viewer", "resolver", "editor"])
        #expect(Policy.Relation.allCases.reversed().sorted() == Policy.Relation.allCases)
    }
}
