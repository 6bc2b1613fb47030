@testable import DatadogClient
import Foundation
import Testing

@Suite("Recorded answers decode", .timeLimit(.minutes(10)))
struct DecodingTests {
    private func data(_ text: String) throws -> JSONValue {
        try #require(try JSONValue(parsing: Data(text.utf8))["data"])
    }

    @Test("to a connection")
    func connection() throws {
        let connection = try Connection(json: data(Recorded.connection))
        #expect(connection.id == "67aa2f61-266d-48d1-a1ee-cf7c3acc6b20")
        #expect(connection.tags == nil)
        guard case .aws(.assumeRole(let role)) = connection.integration else {
            Issue.record("not an AWS role: \(connection.integration)")
            return
        }
        #expect(role.accountID == "123456789123")
        #expect(role.role == "MyRoleUpdated")
        #expect(role.externalID == "70f4660c99684420821b0c13a67eb4d1")
        #expect(role.principalID == "464622532012")
    }

    @Test("to registrations, with their count")
    func registrations() throws {
        let page = try ListPage<AppKeyRegistration>(json: JSONValue(parsing: Data(Recorded.registrations.utf8)))
        #expect(page.elements.map(\.id) == ["b7feea52-994e-4714-a100-1bd9eff5aee1"])
        #expect(page.total == 1)
        #expect(page.totalFiltered == 1)
    }

    @Test("to an AWS account")
    func account() throws {
        let account = try AWSAccount(json: data(Recorded.account))
        #expect(account.accountID == "123456789012")
        #expect(account.partition == .aws)
        #expect(account.regions == .only(["us-east-1"]))
        #expect(account.accountTags == ["key:value"])
        #expect(account.metrics?.namespaceFilters == .only(["AWS/EC2"]))
        #expect(account.metrics?.tagFilters == [AWSTagFilter(namespace: "AWS/EC2", tags: ["key:value"])])
        #expect(account.logs?.lambdaForwarder?.logSourceConfig?.tagFilters?.first?.source == "s3")
        #expect(account.resources?.collectsExtendedResources == false)
        #expect(account.traces?.xRayServices == .only(["AWS/AppSync"]))
        guard case .role(let role) = account.authentication else {
            Issue.record("not a role")
            return
        }
        #expect(role == AWSRole(name: "DatadogIntegrationRole", externalID: "329146b44caa4f4fa7d0b6478f392c9e"))
        #expect(account.createdAt?.rawValue == "2025-08-06T17:41:50.383382Z")
        let date = try #require(account.createdAt?.date)
        #expect(abs(date.timeIntervalSince1970 - 1_754_502_110.383382) < 1e-5)
    }

    @Test("to where cost and usage reports lie")
    func ccmConfig() throws {
        let config = try CCMConfig(json: data(Recorded.ccmConfig))
        #expect(config.dataExports.map(\.bucketName) == ["billing"])
        #expect(config.dataExports.map(\.reportType) == ["CUR2.0"])
    }

    @Test("to an API key, with the key itself where it was issued")
    func apiKeys() throws {
        let created = try APIKey(json: data(Recorded.createdAPIKey))
        #expect(created.key?.isEmpty == false)
        #expect(created.creatorID == "3ad549bf-eba0-11e9-a77a-0705486660d0")
        let page = try ListPage<APIKey>(json: JSONValue(parsing: Data(Recorded.apiKeys.utf8)))
        #expect(page.totalFiltered == 1)
        #expect(page.elements.first?.key == nil)
        #expect(page.elements.first?.category == "default")
        #expect(page.elements.first?.lastUsedAt == nil)
    }

    @Test("to an application key with scopes")
    func applicationKey() throws {
        let key = try ApplicationKey(json: data(Recorded.createdApplicationKey))
        #expect(key.scopes == ["dashboards_read", "dashboards_write", "dashboards_public_share"])
        #expect(key.ownerID == "3ad549bf-eba0-11e9-a77a-0705486660d0")
    }

    @Test("and encode back to what was read", arguments: [Recorded.connection, Recorded.account, Recorded.ccmConfig])
    func roundTrip(_ text: String) throws {
        let json = try data(text)
        let again =
            switch json["type"]?.text {
            case "account": try AWSAccount(json: json).json
            case "ccm_config": try CCMConfig(json: json).json
            default: try Connection(json: json).json
            }
        #expect(again.sorted == json.sorted)
    }

    @Test("with members that nobody knows yet, and say where one is missing")
    func members() throws {
        let text = #"""
            {"id":"1","type":"action_connection","attributes":{"name":"n","is_favorite":true,"integration":
            {"type":"OpenAI","new":[1],"credentials":{"type":"OpenAIAPIKey","api_token":"","other":{}}}},"links":{}}
            """#
        let connection = try Connection(json: JSONValue(parsing: Data(text.utf8)))
        #expect(connection.integration == .openAI(.apiKey(OpenAIAPIKey(apiToken: Secret("")))))
        let nameless = try JSONValue(parsing: Data(#"{"id":"1","attributes":{"integration":{}}}"#.utf8))
        #expect {
            try Connection(json: nameless)
        } throws: { error in
            (error as? JSONMismatch)?.description == "expected a string at /attributes/name, found nothing"
        }
    }
}

extension JSONValue {
    /// The same with the members of all objects by name.
    var sorted: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.sorted))
        case .object(let object):
            .object(
                JSONObject(
                    object.members.map { .init(name: $0.name, value: $0.value.sorted) }.sorted { $0.name < $1.name }
                )
            )
        default: self
        }
    }
}
