import AWSAccounts
import Documents
import Testing

@Suite("A mapping of an AWS principal to a user")
struct PersonaMappingTests {
    private static let account = "123456789012"

    @Test(
        "fits principals of its account and name alone",
        arguments: [
            ("arn:aws:iam::123456789012:user/ci", "arn:aws:iam::123456789012:user/ci", true),
            ("arn:aws:iam::123456789012:user/ci", "arn:aws:iam::123456789012:user/ci2", false),
            ("arn:aws:iam::123456789012:user/ci", "arn:aws:iam::123456789013:user/ci", false),
            ("arn:aws:iam::123456789012:user/ci/*", "arn:aws:iam::123456789012:user/ci/a/b", true),
            ("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:root", true),
            ("arn:aws:sts::123456789012:assumed-role/R/*", "arn:aws:sts::123456789012:assumed-role/R/s", true),
            ("arn:aws:sts::123456789012:assumed-role/R/*", "arn:aws:sts::123456789012:assumed-role/R2/s", false),
            ("arn:aws:sts::123456789012:assumed-role/R/run-*", "arn:aws:sts::123456789012:assumed-role/R/run-1", true),
            ("arn:aws:sts::123456789012:assumed-role/R/run-*", "arn:aws:sts::123456789012:assumed-role/R/x", false),
            ("arn:aws:sts::123456789012:assumed-role/R", "arn:aws:sts::123456789012:assumed-role/R/s", true),
            ("arn:aws:sts::123456789012:assumed-role/R", "arn:aws:sts::123456789012:assumed-role/R2/s", false),
            ("arn:aws-cn:iam::123456789012:user/ci", "arn:aws:iam::123456789012:user/ci", false),
        ]
    )
    func matches(_ pattern: String, _ arn: String, _ fits: Bool) throws {
        #expect(try #require(AWSPrincipalPattern(pattern)).matches(arn) == fits)
    }

    @Test(
        "is none for all accounts, all roles, or all of one name's beginning",
        arguments: [
            "", "*", "arn:aws:iam::*:user/ci", "arn:aws:iam::12345678901:user/ci", "arn:*:iam::123456789012:user/ci",
            "arn:aws:*::123456789012:user/ci", "arn:aws:iam::123456789012:*", "arn:aws:iam::123456789012:user*",
            "arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:user", "arn:aws:iam::123456789012:user/",
            "arn:aws:sts::123456789012:assumed-role/*", "arn:aws:sts::123456789012:assumed-role/R*",
            "arn:aws:sts::123456789012:assumed-role/*/s", "arn:aws:sts::123456789012:assumed-role/R/s*s",
            "arn:aws:sts::123456789012:assumed-role//*", "arn:aws:s3::123456789012:user/ci",
            "arn:aws:iam:eu-west-1:123456789012:user/ci",
        ]
    )
    func refused(_ pattern: String) {
        #expect(AWSPrincipalPattern(pattern) == nil)
    }

    @Test("that says most of a principal is the one that counts")
    func specificity() throws {
        let patterns = ["assumed-role/R", "assumed-role/R/run-*", "assumed-role/R/run-1", "assumed-role/Other"]
        let mappings = try patterns.enumerated().map { index, pattern in
            try #require(
                PersonaMapping([
                    "id": .string(Identifier(high: 1, low: UInt64(index)).description),
                    "attributes": [
                        "account_uuid": .string(Identifier(high: 2, low: UInt64(index)).description),
                        "arn_pattern": .string("arn:aws:sts::\(Self.account):\(pattern)"),
                    ],
                ])
            )
        }
        for (session, index) in [("run-1", 2), ("run-12", 1), ("x", 0)] {
            let arn = "arn:aws:sts::\(Self.account):assumed-role/R/\(session)"
            #expect(PersonaMapping.mapping(of: arn, in: mappings)?.id == mappings[index].id)
        }
        #expect(PersonaMapping.mapping(of: "arn:aws:iam::\(Self.account):user/R", in: mappings) == nil)
    }
}
