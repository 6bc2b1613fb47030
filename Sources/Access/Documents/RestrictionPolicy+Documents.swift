package import Documents

extension DocumentSchema {
    /// A restriction policy, as it replaces the one before.
    package static let restrictionPolicy = DocumentSchema(
        type: "restriction_policy",
        attributes: [
            .list(
                "bindings",
                "Who has which relation to the connection; without bindings, permissions alone decide",
                of: Choice([
                    .text(
                        "relation",
                        "What they may do; an editor is a resolver, and a resolver a viewer",
                        format: .relation
                    ),
                    .texts("principals", "Users, roles and the organisation", format: .subject, countAtMost: 500),
                ]),
                countAtMost: 100
            )
        ]
    )
}

extension TextFormat {
    fileprivate static let relation = TextFormat(
        length: 1...16,
        pattern: "^(\(RestrictionPolicy.Relation.allCases.map(\.rawValue).joined(separator: "|")))$",
        expectation: "viewer, resolver or editor"
    ) { RestrictionPolicy.Relation(rawValue: String(decoding: $0, as: UTF8.self)) != nil }

    fileprivate static let subject = TextFormat(
        length: 1...64,
        pattern: "^(user|role|org):[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        expectation: "user:, role: or org: with an id behind it; there are no teams here"
    ) { RestrictionPolicy.Subject(String(decoding: $0, as: UTF8.self)) != nil }
}
