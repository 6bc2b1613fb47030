import Documents
import Testing

@testable import WorkloadIdentity

@Suite("A mapping of claims")
struct TokenIssuerTests {
    private static let account: JSONValue = "00000000-0000-0000-0000-000000000002"

    private func mapping(_ claims: [(String, String)]) -> JSONValue {
        [
            "service_account_id": Self.account,
            "claims": .array(claims.map { ["claim": .string($0.0), "value": .string($0.1)] }),
        ]
    }

    private func fits(_ claims: [(String, String)], _ token: JSONValue) throws -> Bool {
        let issuer = try TestingKeys.tokenIssuer([mapping(claims)])
        let text = try TestingKeys.token(token)
        let workload = try Workload(TestingKeys.parsed(text), of: issuer, at: TestingKeys.time)
        return (try? issuer.mapping(for: workload)) != nil
    }

    /// The claims of tokens as GitHub Actions, GitLab CI and Kubernetes issue them, as far as they matter.
    static let gitHub = TestingKeys.claims([
        "sub": "repo:acme@1/api@2:ref:refs/heads/main", "repository": "acme/api", "repository_id": "2",
        "repository_owner_id": "1", "ref": "refs/heads/main", "environment": "production", "run_attempt": "1",
    ])
    static let gitLab = TestingKeys.claims([
        "sub": "project_path:acme/api:ref_type:branch:ref:main", "project_id": "22", "namespace_id": "72",
        "ref_protected": "true", "user_id": 1, "groups_direct": ["acme", "acme/ops"],
    ])
    static let kubernetes = TestingKeys.claims([
        "sub": "system:serviceaccount:payments:api", "aud": [.string(TestingKeys.audience)],
        "kubernetes.io": [
            "namespace": "payments", "pod": ["name": "api-0"], "serviceaccount": ["name": "api", "uid": "0f1e"],
        ],
    ])

    @Test(
        "fits a token that has all of them",
        arguments: [
            (gitHub, [("sub", "repo:acme@1/api@2:ref:refs/heads/main")]),
            (gitHub, [("sub", "repo:acme@1/api@2:*")]),
            (gitHub, [("sub", "repo:acme@1/*")]),
            (gitHub, [("repository_id", "2"), ("environment", "production")]),
            (gitLab, [("project_id", "22"), ("ref_protected", "true")]),
            (gitLab, [("sub", "project_path:acme/*"), ("user_id", "1"), ("groups_direct", "acme/ops")]),
            (kubernetes, [("sub", "system:serviceaccount:payments:*")]),
            (
                kubernetes,
                [("/kubernetes.io/serviceaccount/uid", "0f1e"), ("/kubernetes.io/namespace", "payments")]
            ),
        ]
    )
    func fit(_ token: JSONValue, _ claims: [(String, String)]) throws {
        #expect(try fits(claims, token))
    }

    @Test(
        "fits no other token",
        arguments: [
            (gitHub, [("sub", "repo:acme@1/api@2")]),
            (gitHub, [("sub", "repo:acme@1/ap/*")]),
            (gitHub, [("sub", "REPO:acme@1/*")]),
            (gitHub, [("repository_id", "2"), ("environment", "staging")]),
            (gitHub, [("repository_id", "2"), ("missing", "x")]),
            (gitHub, [("repository_id", "20")]),
            (gitLab, [("project_id", "22"), ("groups_direct", "ops")]),
            (gitLab, [("project_id", "22"), ("user_id", "1.0")]),
            (kubernetes, [("sub", "system:serviceaccount:payment/*")]),
            (kubernetes, [("sub", "system:serviceaccount:payments:api"), ("kubernetes.io", "payments")]),
            (kubernetes, [("sub", "system:serviceaccount:payments:api"), ("/kubernetes.io/pod", "api-0")]),
        ]
    )
    func misfit(_ token: JSONValue, _ claims: [(String, String)]) throws {
        #expect(try !fits(claims, token))
    }

    @Test(
        "is refused where it does not tell workloads apart",
        arguments: ["environment", "ref", "iss", "aud", "subject"]
    )
    func tellsNothing(_ claim: String) {
        #expect(throws: InvalidDocument.self) { try TestingKeys.tokenIssuer([mapping([(claim, "production")])]) }
    }

    @Test(
        "is refused where its value is too wide, or a * stands elsewhere",
        arguments: [
            "*", "repo:*", "repo:acme*", "repo:acme@*", "repo:acme-*", "repo:*/api", "repo:acme/*:ref", ":/*", "::*",
            "repo:acme/**", "",
        ]
    )
    func tooWide(_ value: String) {
        #expect(throws: InvalidDocument.self) { try TestingKeys.tokenIssuer([mapping([("sub", value)])]) }
    }

    @Test("is required, with claims and an account")
    func incomplete() {
        let incomplete: [JSONValue] = [
            [], [[:]], [["claims": [["claim": "sub", "value": "x"]]]], [["service_account_id": Self.account]],
            [["service_account_id": Self.account, "claims": []]],
            [["service_account_id": "x", "claims": [["claim": "sub", "value": "x"]]]],
        ]
        for mappings in incomplete {
            #expect(throws: InvalidDocument.self) { try TestingKeys.tokenIssuer(mappings) }
        }
    }

    @Test("counts when it is the first that fits")
    func first() throws {
        let issuer = try TestingKeys.tokenIssuer([
            [
                "service_account_id": "00000000-0000-0000-0000-000000000004", "lifetime": 60,
                "scopes": ["connections_resolve"],
                "claims": [["claim": "sub", "value": "repo:acme@1/web@3:*"]],
            ],
            mapping([("sub", "repo:acme@1/*")]),
        ])
        for (subject, account, lifetime) in [("repo:acme@1/web@3:x", 4, 60), ("repo:acme@1/api@2:x", 2, 900)] {
            let token = try TestingKeys.token(TestingKeys.claims(["sub": .string(subject)]))
            let workload = try Workload(TestingKeys.parsed(token), of: issuer, at: TestingKeys.time)
            let mapping = try issuer.mapping(for: workload)
            #expect(mapping.serviceAccount == Identifier(high: 0, low: UInt64(account)))
            #expect(mapping.lifetime == Int64(lifetime))
        }
    }

    @Test("belongs to the organisation whose id ends the audience")
    func organization() {
        let id = "00000000-0000-0000-0000-000000000001"
        for audience in [id, "keyway:\(id)", "https://keyway.example/\(id)"] {
            #expect(TokenIssuer.organization(ofAudience: audience) == TestingKeys.organization)
        }
        for audience in ["", "keyway", "keyway-\(id)", "\(id)/", "keyway:\(id.dropLast())", "é\(id)"] {
            #expect(TokenIssuer.organization(ofAudience: audience) == nil)
        }
    }
}
