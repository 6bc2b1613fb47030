import DatadogClient
import Foundation
import Testing

/// Every operation of the library, against the service itself, over a socket.
@Suite("Against the running server", .timeLimit(.minutes(10)))
struct ServerTests {
    static func client(_ server: RunningServer, retries: RetryPolicy = .off) -> Client {
        Client(
            Configuration(
                site: Site(baseURL: server.url),
                apiKey: Secret(server.apiKey),
                applicationKey: Secret(server.applicationKey),
                retries: retries
            )
        )
    }

    @Test("connections are created, read, changed, listed and deleted")
    func connections() async throws {
        let server = try await RunningServer()
        let connections = Self.client(server).connections
        let created = try await connections.create(
            NewConnection(
                name: "OpenAI",
                integration: .openAI(.apiKey(OpenAIAPIKey(apiToken: Secret("marker")))),
                tags: ["team:a"]
            )
        )
        #expect(created.integration == .openAI(.apiKey(OpenAIAPIKey(apiToken: Secret("")))))
        #expect(created.tags == ["team:a"])
        #expect(try await connections.get(created.id) == created)

        let renamed = try await connections.update(created.id, with: ConnectionUpdate(name: "Renamed", tags: []))
        #expect(renamed.name == "Renamed")
        let key = OpenAIAPIKeyUpdate(apiToken: Secret("other"))
        _ = try await connections.update(created.id, with: ConnectionUpdate(integration: .openAI(.apiKey(key))))

        for number in 0..<4 {
            let role = AWSAssumeRole(accountID: "123456789012", role: "Role\(number)")
            _ = try await connections.create(NewConnection(name: "AWS \(number)", integration: .aws(.assumeRole(role))))
        }
        let page = try await connections.list(integration: "AWS", page: Page(number: 1, size: 3))
        #expect(page.elements.map(\.name) == ["AWS 3"])
        #expect(page.totalFiltered == 4 && page.total == 5)
        var names: [String] = []
        for try await connection in connections.all(pageSize: 2) { names.append(connection.name) }
        #expect(names == ["AWS 0", "AWS 1", "AWS 2", "AWS 3", "Renamed"])
        #expect(try await connections.list(query: "NAMED").elements.map(\.id) == [created.id])

        try await connections.delete(created.id)
        let missing = await failure { try await connections.get(created.id) }
        #expect(missing?.code == .notFound)
        #expect(missing?.requestID != nil)
        #expect(await failure { try await connections.delete(created.id) }?.code == .notFound)
    }

    @Test("an AWS connection gets external ids")
    func reissuing() async throws {
        let server = try await RunningServer()
        let connections = Self.client(server).connections
        let role = AWSAssumeRole(accountID: "123456789012", role: "R")
        let created = try await connections.create(NewConnection(name: "AWS", integration: .aws(.assumeRole(role))))
        let changes = AWSAssumeRoleUpdate(generateNewExternalID: true)
        let updated = try await connections.update(
            created.id,
            with: ConnectionUpdate(integration: .aws(.assumeRole(changes)))
        )
        guard case .aws(.assumeRole(let before)) = created.integration,
            case .aws(.assumeRole(let after)) = updated.integration
        else {
            Issue.record("not AWS")
            return
        }
        #expect(before.externalID?.count == 32 && after.externalID?.count == 32)
        #expect(before.externalID != after.externalID)
        #expect(before.principalID == "000000000000")
    }

    @Test("an HTTP connection has its lists merged by name")
    func merging() async throws {
        let server = try await RunningServer()
        let connections = Self.client(server).connections
        let credentials = HTTPTokenAuth(
            body: HTTPBody(content: "{}", contentType: "application/json"),
            headers: [HTTPHeader(name: "A", value: "1"), HTTPHeader(name: "B", value: "2")],
            tokens: [HTTPToken(name: "t", value: Secret("marker")), HTTPToken(name: "u", value: Secret("marker"))],
            urlParameters: [HTTPURLParameter(name: "p", value: "q")]
        )
        let created = try await connections.create(
            NewConnection(
                name: "HTTP",
                integration: .http(
                    HTTPIntegration(baseURL: "https://example.com/x", credentials: .tokenAuth(credentials))
                )
            )
        )
        let changes = HTTPTokenAuthUpdate(
            body: HTTPBody(),
            headers: [HTTPHeaderUpdate(name: "a", deleted: true), HTTPHeaderUpdate(name: "C", value: "3")],
            tokens: [HTTPTokenUpdate(name: "t", deleted: true)]
        )
        let updated = try await connections.update(
            created.id,
            with: ConnectionUpdate(integration: .http(HTTPIntegrationUpdate(credentials: .tokenAuth(changes))))
        )
        guard case .http(let http) = updated.integration, case .tokenAuth(let merged) = http.credentials else {
            Issue.record("not HTTP")
            return
        }
        #expect(http.baseURL == "https://example.com/x")
        #expect(Set(merged.headers?.map(\.name) ?? []) == ["B", "C"])
        #expect(merged.tokens?.map(\.name) == ["u"])
        #expect(merged.body == nil || merged.body == HTTPBody())
        #expect(merged.urlParameters == credentials.urlParameters)
    }

    @Test("an optional member is removed")
    func removing() async throws {
        let server = try await RunningServer()
        let connections = Self.client(server).connections
        let tenant = AzureTenant(
            appClientID: "c",
            clientSecret: Secret("marker"),
            customScopes: "https://example.com/.default",
            tenantID: "t"
        )
        let created = try await connections.create(NewConnection(name: "A", integration: .azure(.tenant(tenant))))
        let changes = AzureTenantUpdate(customScopes: .remove)
        let updated = try await connections.update(
            created.id,
            with: ConnectionUpdate(integration: .azure(.tenant(changes)))
        )
        guard case .azure(.tenant(let left)) = updated.integration else {
            Issue.record("not Azure")
            return
        }
        #expect(left.customScopes == nil && left.tenantID == "t")
    }

    @Test("every fault of a body is a problem with its pointer")
    func faults() async throws {
        let server = try await RunningServer()
        let role = AWSAssumeRole(accountID: "12", role: "")
        let error = await failure {
            try await Self.client(server).connections.create(
                NewConnection(name: "", integration: .aws(.assumeRole(role)))
            )
        }
        guard case .invalid(let problems) = error?.code else {
            Issue.record("not invalid: \(String(describing: error))")
            return
        }
        let credentials = "/data/attributes/integration/credentials"
        #expect(
            Set(problems.map(\.pointer)) == [
                "\(credentials)/account_id", "\(credentials)/role", "/data/attributes/name",
            ]
        )
    }

    @Test("application keys are created, registered, unregistered and deleted")
    func applicationKeys() async throws {
        let server = try await RunningServer()
        let client = Self.client(server)
        let own = client.applicationKeys.ofCurrentUser
        let created = try await own.create(NewApplicationKey(name: "k", scopes: ["connections_read"]))
        #expect(created.key?.revealed.count == 40)
        #expect(created.scopes == ["connections_read"])

        #expect(try await client.appKeyRegistrations.register(created.id).id == created.id)
        #expect(try await client.appKeyRegistrations.get(created.id).id == created.id)
        #expect(try await client.appKeyRegistrations.list().total == 2)
        var registered: Set<String> = []
        for try await registration in client.appKeyRegistrations.all(pageSize: 1) { registered.insert(registration.id) }
        #expect(registered == [created.id, server.applicationKeyID])
        try await client.appKeyRegistrations.unregister(created.id)
        #expect(await failure { try await client.appKeyRegistrations.get(created.id) }?.code == .notFound)

        #expect(try await own.get(created.id).name == "k")
        #expect(try await own.update(created.id, with: ApplicationKeyUpdate(name: "l")).name == "l")
        #expect(try await own.list(filter: "l").elements.contains { $0.id == created.id })
        var ownNames: [String] = []
        for try await key in own.all(pageSize: 1) { ownNames.append(key.name) }
        #expect(ownNames.sorted() == ["First", "l"])

        #expect(try await client.applicationKeys.get(created.id).key == nil)
        #expect(
            try await client.applicationKeys.update(created.id, with: ApplicationKeyUpdate(scopes: [])).scopes == nil
        )
        #expect(try await client.applicationKeys.list(sort: "name").totalFiltered == 2)
        var names: [String] = []
        for try await key in client.applicationKeys.all() { names.append(key.name) }
        #expect(names.sorted() == ["First", "l"])
        try await client.applicationKeys.delete(created.id)

        let other = try await own.create(NewApplicationKey(name: "m"))
        try await own.delete(other.id)
        #expect(await failure { try await own.get(other.id) }?.code == .notFound)
    }

    @Test("API keys are created, read, changed, listed and deleted")
    func apiKeys() async throws {
        let server = try await RunningServer()
        let keys = Self.client(server).apiKeys
        let created = try await keys.create(NewAPIKey(name: "k"))
        #expect(created.key?.revealed.count == 32)
        #expect(created.key.map { String($0.revealed.suffix(4)) } == created.last4)
        #expect(try await keys.get(created.id).name == "k")
        #expect(try await keys.update(created.id, with: APIKeyUpdate(name: "l")).name == "l")
        #expect(try await keys.list(filter: "l", sort: "-name").elements.contains { $0.id == created.id })
        var names: [String] = []
        for try await key in keys.all(pageSize: 1) { names.append(key.name) }
        #expect(names.sorted() == ["First", "l"])
        try await keys.delete(created.id)
        #expect(await failure { try await keys.get(created.id) }?.code == .notFound)
    }

    @Test("users, service accounts and roles are managed")
    func users() async throws {
        let server = try await RunningServer()
        let client = Self.client(server)
        #expect(try await client.users.current().id == server.userID)

        let roles = try await client.roles.list().elements
        let standard = try #require(roles.first { $0.name == "Datadog Standard Role" })
        let reader = try #require(roles.first { $0.name == "Datadog Read Only Role" })
        #expect(try await client.roles.get(standard.id).name == standard.name)
        var count = 0
        for try await _ in client.roles.all(pageSize: 2) { count += 1 }
        #expect(count == roles.count)
        #expect(try await client.roles.permissions().contains { $0.name == "connections_read" })

        let user = try await client.users.create(
            NewUser(email: "ada@example.com", name: "Ada", roleIDs: [standard.id])
        )
        #expect(user.roleIDs == [standard.id])
        #expect(try await client.users.get(user.id).email == "ada@example.com")
        #expect(try await client.users.update(user.id, with: UserUpdate(name: "Ada L.")).name == "Ada L.")
        try await client.roles.add(user.id, to: reader.id)
        #expect(Set(try await client.users.get(user.id).roleIDs) == [standard.id, reader.id])
        try await client.roles.remove(user.id, from: reader.id)
        #expect(try await client.users.get(user.id).roleIDs == [standard.id])
        #expect(try await client.users.list(filter: "ada").elements.map(\.id) == [user.id])
        var ids: Set<String> = []
        for try await user in client.users.all(pageSize: 1) { ids.insert(user.id) }
        #expect(ids == [server.userID, user.id])
        try await client.users.disable(user.id)
        #expect(try await client.users.get(user.id).isDisabled == true)

        let account = try await client.users.createServiceAccount(
            NewServiceAccount(email: "ops@example.com", name: "CI", roleIDs: [reader.id])
        )
        #expect(account.isServiceAccount == true)
        let keys = client.applicationKeys.ofServiceAccount(account.id)
        let key = try await keys.create(NewApplicationKey(name: "ci"))
        #expect(try await keys.list().elements.map(\.id) == [key.id])
        #expect(try await keys.get(key.id).name == "ci")
        #expect(try await keys.update(key.id, with: ApplicationKeyUpdate(name: "cd")).name == "cd")
        try await keys.delete(key.id)
    }

    @Test("keys are validated")
    func validation() async throws {
        let server = try await RunningServer()
        let client = Self.client(server)
        #expect(try await client.validation.isAPIKeyValid())
        #expect(try await client.validation.areKeysValid())
        let known = try await client.validation.apiKey()
        #expect(known.id == server.organizationID && known.isValid == true)

        let site = Site(baseURL: server.url)
        let stranger = Client(Configuration(site: site, apiKey: Secret(Keys.api), applicationKey: nil))
        #expect(try await stranger.validation.isAPIKeyValid() == false)
        #expect(try await stranger.validation.areKeysValid() == false)
        #expect(await failure { try await stranger.validation.apiKey() }?.code == .forbidden)
        #expect(await failure { try await stranger.connections.list() }?.code == .forbidden)
    }

    @Test("AWS accounts are created, read, changed, listed and deleted")
    func awsAccounts() async throws {
        let server = try await RunningServer()
        let accounts = Self.client(server).awsAccounts
        let externalID = try await accounts.makeExternalID()
        let new = NewAWSAccount(
            accountID: "123456789012",
            partition: .aws,
            authentication: .role(AWSRole(name: "R", externalID: externalID)),
            metrics: AWSMetricsConfig(
                collectsCustomMetrics: true,
                metricNameFilters: [AWSMetricNameFilter(namespace: "AWS/EC2", names: .only(["CPU*"]))]
            )
        )
        let created = try await accounts.create(new)
        #expect(created.authentication == .role(AWSRole(name: "R", externalID: externalID)))
        #expect(created.regions == .all)
        #expect(created.traces?.xRayServices == .only([]))
        #expect(created.metrics?.collectsCustomMetrics == true)
        #expect(created.metrics?.namespaceFilters == .allBut(["AWS/SQS", "AWS/ElasticMapReduce", "AWS/Usage"]))
        #expect(created.createdAt?.date != nil)
        #expect(await failure { try await accounts.create(new) }?.code == .conflict)

        #expect(try await accounts.get(created.id) == created)
        let updated = try await accounts.update(
            created.id,
            with: AWSAccountUpdate(accountID: "123456789012", regions: .only(["eu-west-1"]), accountTags: ["a:b"])
        )
        #expect(updated.regions == .only(["eu-west-1"]) && updated.accountTags == ["a:b"])
        #expect(updated.metrics == created.metrics)

        let policy = try await accounts.trustPolicy(of: created.id)
        #expect(policy["Version"]?.text == "2012-10-17")
        #expect(String(decoding: policy.data, as: UTF8.self).contains(externalID))

        let keys = AWSAccessKeys(accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("marker"))
        let other = try await accounts.create(
            NewAWSAccount(accountID: "210987654321", partition: .aws, authentication: .accessKeys(keys))
        )
        #expect(other.authentication == .accessKeys(AWSAccessKeys(accessKeyID: "AKIAIOSFODNN7EXAMPLE")))
        #expect(try await accounts.list().count == 2)
        #expect(try await accounts.list(accountID: "210987654321").map(\.id) == [other.id])
        try await accounts.delete(other.id)
        #expect(await failure { try await accounts.get(other.id) }?.code == .notFound)
    }

    @Test("AWS accounts have catalogues, and a place for their cost and usage reports")
    func awsCatalogues() async throws {
        let server = try await RunningServer()
        let client = Self.client(server)
        #expect(try await client.awsAccounts.availableNamespaces().contains("AWS/EC2"))
        #expect(try await client.awsAccounts.logServices().contains("s3"))
        let counts = [
            try await client.awsAccounts.iamPermissions().count,
            try await client.awsAccounts.iamPermissions(.standard).count,
            try await client.awsAccounts.iamPermissions(.resourceCollection).count,
        ]
        #expect(counts.allSatisfy { $0 > 100 })

        let account = try await client.awsAccounts.create(
            NewAWSAccount(
                accountID: "123456789012",
                partition: .aws,
                authentication: .role(AWSRole(name: "R"))
            )
        )
        var export = DataExport(
            reportName: "r",
            reportPrefix: "p",
            reportType: "CUR2.0",
            bucketName: "billing",
            bucketRegion: "us-east-1"
        )
        #expect(await failure { try await client.ccmConfigs.get(for: account.id) }?.code == .notFound)
        #expect(try await client.ccmConfigs.create(for: account.id, dataExports: [export]).dataExports == [export])
        let again = await failure { try await client.ccmConfigs.create(for: account.id, dataExports: [export]) }
        #expect(again?.code == .conflict)
        export.reportPrefix = "q"
        #expect(try await client.ccmConfigs.update(for: account.id, dataExports: [export]).id == account.id)
        #expect(try await client.ccmConfigs.get(for: account.id).dataExports == [export])
        // The server has no credentials of its own at AWS.
        #expect(await failure { try await client.ccmConfigs.validate(export, of: "123456789012") }?.code == .server)
        let unknown = await failure { try await client.ccmConfigs.validate(export, of: "000000000000") }
        try await client.ccmConfigs.delete(for: account.id)
        #expect(try await client.awsAccounts.metricNamePreview(in: account.id) == [])
        guard case .invalid = unknown?.code else {
            Issue.record("the validation for an account that is not there: \(String(describing: unknown))")
            return
        }
    }

    @Test("event sources of EventBridge are added and removed")
    func eventBridgeSources() async throws {
        let server = try await RunningServer()
        let accounts = Self.client(server).awsAccounts
        #expect(try await accounts.eventBridgeSources() == [])
        let add = { try await accounts.addEventBridgeSource(named: "alerts", to: "123456789012", in: "us-east-1") }
        let source = try await add()
        #expect(source.name.hasPrefix("alerts-"))
        #expect(await failure(add)?.code == .conflict)
        #expect(try await accounts.eventBridgeSources() == [source])
        try await accounts.removeEventBridgeSource(source)
        #expect(try await accounts.eventBridgeSources() == [])
    }
}
