import AWSAccounts
import Documents
import Testing
import TestSupport

struct Catalogue: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let catalogue: AWSCatalogue
    let type: String
    let count: Int
    let first: String
    let last: String

    static let all = [
        Catalogue(
            testDescription: "namespaces",
            catalogue: .namespaces,
            type: "namespaces",
            count: 114,
            first: "AWS/ApiGateway",
            last: "AWS/X-Ray"
        ),
        Catalogue(
            testDescription: "log services",
            catalogue: .logServices,
            type: "logs_services",
            count: 10,
            first: "apigw-access-logs",
            last: "waf"
        ),
        Catalogue(
            testDescription: "standard permissions",
            catalogue: .standardPermissions,
            type: "permissions",
            count: 104,
            first: "account:GetAccountInformation",
            last: "xray:GetTraceSummaries"
        ),
        Catalogue(
            testDescription: "permissions of resource collection",
            catalogue: .resourceCollectionPermissions,
            type: "permissions",
            count: 652,
            first: "account:GetContactInformation",
            last: "workspaces-web:ListUserSettings"
        ),
    ]
}

@Suite("A catalogue of AWS")
struct CatalogueTests {
    @Test("has the reference's entries", arguments: Catalogue.all)
    func entries(_ facts: Catalogue) {
        #expect(facts.catalogue.entries.count == facts.count)
        #expect(facts.catalogue.entries.first == facts.first)
        #expect(facts.catalogue.entries.last == facts.last)
    }

    @Test("has no entry twice, and none that is blank or padded", arguments: Catalogue.all)
    func clean(_ facts: Catalogue) {
        let entries = facts.catalogue.entries
        #expect(Set(entries).count == entries.count)
        #expect(entries.allSatisfy { !$0.isEmpty && $0.first != " " && $0.last != " " && !$0.contains("\n") })
    }

    @Test("answers with one word as id, type and attribute", arguments: Catalogue.all)
    func document(_ facts: Catalogue) {
        let entries = facts.catalogue.entries.map { "\"\($0)\"" }.joined(separator: ",")
        #expect(
            facts.catalogue.document.json
                == #"{"id":"\#(facts.type)","type":"\#(facts.type)","attributes":{"\#(facts.type)":[\#(entries)]}}"#
        )
    }

    @Test("of all permissions is both lists, each permission once, in order")
    func union() {
        let all = AWSCatalogue.permissions
        let parts = AWSCatalogue.standardPermissions.entries + AWSCatalogue.resourceCollectionPermissions.entries
        #expect(all.type == "permissions")
        #expect(Set(all.entries) == Set(parts))
        #expect(all.entries.count == Set(parts).count)
        #expect(all.entries == all.entries.sorted())
    }

    @Test("of permissions has actions of services alone")
    func actions() throws {
        let action = try Regex("[a-z0-9-]+:[A-Za-z0-9]+\\*?")
        for entry in AWSCatalogue.permissions.entries {
            #expect(try action.wholeMatch(in: entry) != nil, "\(entry)")
        }
    }

    @Test("lists what an account takes", arguments: AWSCatalogue.namespaces.entries)
    func namespace(_ namespace: String) {
        #expect(TextFormat.awsNamespace.fault(in: JSONText(namespace)) == nil)
    }

    @Test("lists log services that an account takes", arguments: AWSCatalogue.logServices.entries)
    func logService(_ service: String) {
        #expect(TextFormat.awsLogSource.fault(in: JSONText(service)) == nil)
    }
}

@Suite("The trust policy of a role")
struct TrustPolicyTests {
    @Test(
        "lets our account assume the role with the external id, in any partition",
        arguments: ["aws", "aws-cn", "aws-us-gov"]
    )
    func document(_ partition: String) {
        let policy = TrustPolicy(partition: partition, principal: "464622532012", externalID: Sample.externalID)
        #expect(
            policy.document.json
                == #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","#
                + #""Principal":{"AWS":"arn:\#(partition):iam::464622532012:root"},"Action":"sts:AssumeRole","#
                + #""Condition":{"StringEquals":{"sts:ExternalId":"0123456789abcdef0123456789abcdef"}}}]}"#
        )
    }
}
