import Access
import Acting
import Documents
import JSONReading
import Secrets

/// Samples for tests of rules.
enum RuleSample {
    static let organization = Identifier(high: 1, low: 1)
    static let user = Identifier(high: 2, low: 1)
    static let roles = [Role.standard.id, Role.readOnly.id]

    static let principal: Principal = {
        let time = Timestamp(microseconds: 1_795_183_509_000_120)
        let digest = KeyDigest(words: [1, 2, 3, 4])
        let principal = Principal(
            apiKey: APIKey(
                id: Identifier(high: 3, low: 1),
                organization: organization,
                name: "API key",
                digest: digest,
                last4: "abcd",
                createdAt: time
            ),
            applicationKey: ApplicationKey(
                id: Identifier(high: 4, low: 1),
                organization: organization,
                owner: user,
                name: "Application key",
                digest: digest,
                last4: "abcd",
                scopes: nil,
                isRegistered: true,
                createdAt: time
            ),
            user: User(
                id: user,
                organization: organization,
                handle: "someone@example.com",
                isDisabled: false,
                roles: roles,
                createdAt: time
            )
        )
        guard let principal else { fatalError("the sample's records belong together") }
        return principal
    }()

    /// Rules from their JSON, as settings hold them.
    static func rules(_ json: String, mode: String = "enforce") throws -> ActRules {
        let rules = try JSONReader.read(Array(json.utf8))
        return ActRules(settings: .object([.init("mode", .string(mode)), .init("rules", rules)]))
    }

    static func act(
        _ method: String = "GET",
        _ path: String = "/v1/models",
        query: String? = nil,
        headers: [(String, String)] = [("Content-Type", "application/json")],
        body: String = ""
    ) -> RuleSubject {
        RuleSubject(
            principal: principal,
            method: method,
            rawPath: path,
            rawQuery: query,
            headers: headers.map { FoldedHeader(name: $0.0, value: $0.1) },
            body: Secret(copying: body.utf8).buffer
        )
    }
}

extension Secret {
    fileprivate var buffer: SecretBuffer { withBytes { SecretBuffer(copying: $0) } }
}

extension RuleVerdict {
    /// The parts that did not fit the nearest rule; none if the act may be done.
    var mismatches: [RuleMismatch] {
        switch self {
        case .allowed: []
        case .refused(let refusal), .observed(let refusal): refusal.mismatches
        }
    }
}
