import Access
import Documents

// How act tokens come from callers, and how the audit log tells of them.
extension ActToken.Source {
    /// The credential of a caller.
    init(_ proof: Principal.Proof) {
        self =
            switch proof {
            case .keys(let api, let application): .keys(api: api, application: application)
            case .accessToken(let token): .accessToken(token)
            }
    }
}

extension ActToken {
    /// The details for an audit event.
    var details: [JSONValue.Member] {
        [.init("owner_id", .string(owner.description))] + limits.members
            + [.init("expires_at", .string(expiresAt.description))]
    }
}

extension ActToken.Limits {
    fileprivate var members: [JSONValue.Member] {
        func list(_ texts: [String]?) -> JSONValue { texts.map { .array($0.map { .string($0) }) } ?? .null }
        return [
            .init("connections", list(connections.map(\.description))),
            .init("methods", list(methods)),
            .init("paths", list(paths)),
            .init("acts", actsAtMost.map { .integer($0) } ?? .null),
        ]
    }
}
