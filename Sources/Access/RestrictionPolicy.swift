package import Documents

/// A list of who may do what with one connection, where that is less than permissions allow.
///
/// A policy grants nothing: who does something needs the permission *and* the relation. It always names somebody: a
/// resource whose policy names nobody is one without a policy, as in the reference.
package struct RestrictionPolicy: Sendable, Equatable {
    /// A level of access to a connection; each implies those before it.
    package enum Relation: String, Sendable, CaseIterable {
        /// To read it, its settings and its policy.
        case viewer
        /// To act through it.
        case resolver
        /// To change and delete it, its settings and its policy.
        case editor
    }

    /// The holder of a relation: the reference calls it a principal of a binding.
    package enum Subject: Sendable, Hashable {
        /// A person or a service account.
        case user(Identifier)
        /// Everyone with the role.
        case role(Identifier)
        /// Everyone in the organisation.
        case organization(Identifier)
    }

    /// A relation, and who has it.
    package struct Binding: Sendable, Equatable {
        package let relation: Relation
        package let principals: [Subject]

        package init(_ relation: Relation, _ principals: [Subject]) {
            self.relation = relation
            self.principals = principals
        }
    }

    /// At most one for each relation, in the order in which they were given; no principal stands twice in one.
    package let bindings: [Binding]

    /// Joins bindings of one relation.
    ///
    /// - Returns: `nil` if the bindings name nobody.
    package init?(_ bindings: [Binding]) {
        var joined: [Binding] = []
        for binding in bindings where !binding.principals.isEmpty {
            let place = joined.firstIndex { $0.relation == binding.relation } ?? joined.endIndex
            var principals = place < joined.endIndex ? joined.remove(at: place).principals : []
            var known = Set(principals)
            principals += binding.principals.filter { known.insert($0).inserted }
            joined.insert(Binding(binding.relation, principals), at: place)
        }
        guard !joined.isEmpty else { return nil }
        self.bindings = joined
    }

    /// Whether the principal has the relation, or one that implies it.
    package func allows(_ principal: Principal, _ relation: Relation) -> Bool {
        let subjects = principal.subjects
        return bindings.contains { binding in
            binding.relation >= relation && binding.principals.contains(where: subjects.contains)
        }
    }
}

extension RestrictionPolicy.Relation: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .resolver: 1
        case .editor: 2
        }
    }
}

extension RestrictionPolicy.Subject: CustomStringConvertible {
    /// Reads the form of the wire: `user:`, `role:` or `org:` with an id behind it.
    ///
    /// - Returns: `nil` if `text` is anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let id = Identifier(String(parts[1])) else { return nil }
        switch parts[0] {
        case "user": self = .user(id)
        case "role": self = .role(id)
        case "org": self = .organization(id)
        default: return nil
        }
    }

    /// The form of the wire, its id in lower case.
    package var description: String {
        switch self {
        case .user(let id): "user:\(id)"
        case .role(let id): "role:\(id)"
        case .organization(let id): "org:\(id)"
        }
    }
}

extension Principal {
    /// All that a policy may name the principal by.
    package var subjects: [RestrictionPolicy.Subject] {
        [.user(user)] + roles.map { .role($0) } + [.organization(organization)]
    }
}
