import Access
import Documents
import HTTPServer
import SQLiteStorage
import Storage
import Testing

@Suite("A PATCH of secrets")
struct SecretUpdateTests {
    private let old = Bodies.marker + "-old"
    private let new = Bodies.marker + "-new"
    private let field = "integration/credentials/"

    @Test(
        "that sends none keeps them",
        arguments: [
            Bodies.rename("New"),
            Bodies.connection(name: nil, type: "Datadog", credentials: #""type":"DatadogAPIKey""#),
            Bodies.datadog(name: "New", datacenter: nil, apiKey: "", appKey: ""),
            Bodies.datadog(name: "New", datacenter: "US1.datadoghq.com"),
        ]
    )
    func kept(_ body: String) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.datadog(apiKey: old + "1", appKey: old + "2"))
        let keys = try await fixture.member([.standard])
        let answer = try await fixture.send(.patch, Paths.connection(id), as: keys, body: body)
        #expect(answer.status == 200)
        #expect(answer["/data/attributes/integration/credentials/api_key"] == "")
        #expect(try fixture.secrets(of: id, are: [field + "api_key": old + "1", field + "app_key": old + "2"]))
    }

    @Test("that sends one replaces that one")
    func replaced() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.datadog(apiKey: old + "1", appKey: old + "2"))
        let body = Bodies.datadog(name: nil, datacenter: nil, appKey: new)
        #expect(try await fixture.send(.patch, Paths.connection(id), body: body).status == 200)
        #expect(try fixture.secrets(of: id, are: [field + "api_key": old + "1", field + "app_key": new]))
    }

    @Test("of an HTTP connection merges tokens by name, and drops those that are deleted")
    func tokens() async throws {
        let fixture = try await Fixture()
        let tokens = ["a", "b", "c"].map { Bodies.token($0, old + $0) }.joined(separator: ",")
        let id = try await fixture.create(Bodies.http(["tokens": "[\(tokens)]"]))
        let body = Bodies.http(
            baseURL: nil,
            ["tokens": #"[\#(Bodies.token("d", new)),\#(Bodies.token("b", "")),{"name":"a","deleted":true}]"#]
        )
        let answer = try await fixture.send(.patch, Paths.connection(id), body: body)
        #expect(answer.status == 200)
        #expect(
            answer["/data/attributes/integration/credentials/tokens"]?.elements.map { $0["name"]?.text?.string }
                == ["d", "b", "c"]
        )
        let expected = ["d/value": new, "b/value": old + "b", "c/value": old + "c"]
        #expect(
            try fixture.secrets(
                of: id,
                are: Dictionary(uniqueKeysWithValues: expected.map { (field + "tokens/" + $0.key, $0.value) })
            )
        )
    }

    @Test("that leaves no secret leaves nothing sealed")
    func none() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.http(["tokens": "[\(Bodies.token("a", old))]"]))
        let body = Bodies.http(baseURL: nil, ["tokens": #"[{"name":"a","deleted":true}]"#])
        #expect(try await fixture.send(.patch, Paths.connection(id), body: body).status == 200)
        let stored = try fixture.sqlite.sealedSecrets(
            of: .connection,
            try #require(Identifier(id)),
            in: fixture.organization
        )
        #expect(try #require(stored).sealed == nil)
    }

    @Test("may change Cloudflare's kind of credential, and drops the secret of the other kind")
    func cloudflare() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(
            Bodies.cloudflare(#""type":"CloudflareAPIToken","api_token":"\#(old)""#)
        )
        let incomplete = Bodies.cloudflare(#""type":"CloudflareGlobalAPIToken","auth_email":"a@example.com""#)
        expectErrors(
            in: try await fixture.send(.patch, Paths.connection(id), body: incomplete),
            status: 400,
            sources: ["pointer /data/attributes/integration/credentials/global_api_key"]
        )
        #expect(try fixture.secrets(of: id, are: [field + "api_token": old]))
        let complete = Bodies.cloudflare(
            #""type":"CloudflareGlobalAPIToken","auth_email":"a@example.com","global_api_key":"\#(new)""#
        )
        let answer = try await fixture.send(.patch, Paths.connection(id), body: complete)
        #expect(answer.status == 200)
        #expect(answer["/data/attributes/integration/credentials"]?.names.contains("api_token") == false)
        #expect(try fixture.secrets(of: id, are: [field + "global_api_key": new]))
    }

    @Test("may not change the integration")
    func integration() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI(token: old))
        let answer = try await fixture.send(.patch, Paths.connection(id), body: Bodies.aws())
        expectErrors(in: answer, status: 400)
        #expect(answer.sources.contains("pointer /data/attributes/integration/type"))
        #expect(try fixture.secrets(of: id, are: [field + "api_token": old]))
    }

    @Test("of an AWS connection keeps the external ID unless a new one is asked for")
    func externalID() async throws {
        let fixture = try await Fixture()
        let pointer = "/data/attributes/integration/credentials/external_id"
        let created = try await fixture.send(.post, Paths.connections, body: Bodies.aws())
        let first = try #require(created[pointer]?.text?.string)
        #expect(first.utf8.count == 32)
        #expect(created["/data/attributes/integration/credentials/principal_id"] == "000000000000")
        for (flag, isKept) in [
            ("", true), (#","generate_new_external_id":false"#, true), (#","generate_new_external_id":true"#, false),
        ] {
            let answer = try await fixture.send(.patch, Paths.connection(created.id), body: Bodies.aws(flag))
            #expect(answer.status == 200)
            #expect((answer[pointer]?.text?.string == first) == isKept)
        }
    }
}

@Suite("A PATCH of the destination")
struct DestinationTests {
    private let old = Bodies.marker + "-old"
    private let new = Bodies.marker + "-new"
    private let field = "integration/credentials/"
    private let pointer = "pointer /data/attributes/integration/credentials/datacenter"

    private func fixture() async throws -> (Fixture, standard: Keys, id: String) {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.datadog(apiKey: old + "1", appKey: old + "2"))
        return (fixture, try await fixture.member([.standard]), id)
    }

    @Test(
        "with stored secrets is refused to who may not redirect",
        arguments: [
            Bodies.datadog(name: nil, datacenter: "us3.datadoghq.com"),
            Bodies.datadog(name: nil, datacenter: "us3.datadoghq.com", apiKey: Bodies.marker),
            Bodies.datadog(name: nil, datacenter: "us3.datadoghq.com", apiKey: "", appKey: ""),
            Bodies.datadog(name: nil, datacenter: "us1.datadoghq.com:8443"),
        ]
    )
    func refused(_ body: String) async throws {
        let (fixture, standard, id) = try await fixture()
        let before = try await fixture.send(.get, Paths.connection(id), as: standard)
        let answer = try await fixture.send(.patch, Paths.connection(id), as: standard, body: body)
        expectErrors(in: answer, status: 403, sources: [pointer])
        #expect(try await fixture.send(.get, Paths.connection(id), as: standard).body == before.body)
        #expect(try fixture.secrets(of: id, are: [field + "api_key": old + "1", field + "app_key": old + "2"]))
    }

    @Test("is allowed to anyone who sends all secrets again")
    func resent() async throws {
        let (fixture, standard, id) = try await fixture()
        let body = Bodies.datadog(name: nil, datacenter: "us3.datadoghq.com", apiKey: new + "1", appKey: new + "2")
        #expect(try await fixture.send(.patch, Paths.connection(id), as: standard, body: body).status == 200)
        #expect(try fixture.secrets(of: id, are: [field + "api_key": new + "1", field + "app_key": new + "2"]))
    }

    @Test("is allowed to an admin, and the secrets open for the new destination alone")
    func admin() async throws {
        let (fixture, _, id) = try await fixture()
        let secrets = [field + "api_key": old + "1", field + "app_key": old + "2"]
        let place = "/data/attributes/integration"
        let destination = { (host: String) in
            "\(place)/type=Datadog\n\(place)/credentials/datacenter=\(host)"
        }
        #expect(try fixture.secrets(of: id, are: secrets, for: destination("us1.datadoghq.com")))
        let body = Bodies.datadog(name: nil, datacenter: "us3.datadoghq.com")
        #expect(try await fixture.send(.patch, Paths.connection(id), body: body).status == 200)
        #expect(try fixture.secrets(of: id, are: secrets, for: destination("us3.datadoghq.com")))
        #expect(throws: (any Error).self) {
            try fixture.secrets(of: id, are: secrets, for: destination("us1.datadoghq.com"))
        }
    }

    @Test(
        "of an HTTP connection is its scheme, host and port, and not its path",
        arguments: [
            ("https://api.example.com/v2", 200), ("https://API.example.com:443/v1", 200),
            ("https://api.example.com", 200),
            ("http://api.example.com/v1", 403), ("https://api.example.com:8443/v1", 403),
            ("https://api.example.org/v1", 403), ("https://api.example.com.example.org/v1", 403),
        ]
    )
    func origin(_ url: String, _ status: Int) async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.http(["tokens": "[\(Bodies.token("a", old))]"]))
        let keys = try await fixture.member([.standard])
        let answer = try await fixture.send(
            .patch,
            Paths.connection(id),
            as: keys,
            body: Bodies.http(name: nil, baseURL: url)
        )
        #expect(answer.status == status)
        if status == 403 { #expect(answer.sources == ["pointer /data/attributes/integration/base_url"]) }
        #expect(try fixture.secrets(of: id, are: [field + "tokens/a/value": old]))
    }

    @Test("is free where there is no secret to send")
    func noSecrets() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.http())
        let keys = try await fixture.member([.standard])
        let body = Bodies.http(name: nil, baseURL: "https://other.example.org")
        #expect(try await fixture.send(.patch, Paths.connection(id), as: keys, body: body).status == 200)
    }
}

@Suite("PATCHes at the same time")
struct ConcurrentUpdateTests {
    @Test("lose nothing of one another", .timeLimit(.minutes(10)))
    func nothingLost() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.http(["tokens": "[\(Bodies.token("first", Bodies.marker))]"]))
        let rounds = 20
        try await withThrowingTaskGroup(of: Int.self) { group in
            for round in 0..<rounds {
                let bodies = [
                    ["headers": #"[{"name":"X-\#(round)","value":"\#(round)"}]"#],
                    ["tokens": "[\(Bodies.token("t\(round)", "\(Bodies.marker)\(round)"))]"],
                ]
                for members in bodies {
                    group.addTask {
                        let body = Bodies.http(name: nil, baseURL: nil, members)
                        return try await fixture.send(.patch, Paths.connection(id), body: body).status
                    }
                }
            }
            for try await status in group { #expect(status == 200) }
        }
        let answer = try await fixture.send(.get, Paths.connection(id), as: fixture.admin)
        let headers = answer["/data/attributes/integration/credentials/headers"]?.elements ?? []
        #expect(Set(headers.compactMap { $0["name"]?.text?.string }) == Set((0..<rounds).map { "X-\($0)" }))
        var secrets = ["integration/credentials/tokens/first/value": Bodies.marker]
        for round in 0..<rounds {
            secrets["integration/credentials/tokens/t\(round)/value"] = "\(Bodies.marker)\(round)"
        }
        #expect(try fixture.secrets(of: id, are: secrets))
        #expect(try fixture.events().count == 1 + 2 * rounds)
    }

    @Test("go on after a conflict until they are through")
    func conflict() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        fixture.store.set { $0.conflicts = 3 }
        #expect(try await fixture.send(.patch, Paths.connection(id), body: Bodies.rename("New")).status == 200)
    }

    @Test("and a DELETE end with nothing, whichever comes first", .timeLimit(.minutes(10)))
    func delete() async throws {
        let fixture = try await Fixture()
        for _ in 0..<20 {
            let id = try await fixture.create(Bodies.openAI())
            let eventsBefore = try fixture.events().count
            async let first = fixture.send(.patch, Paths.connection(id), body: Bodies.rename("1"))
            async let deletion = fixture.send(.delete, Paths.connection(id), as: fixture.admin)
            async let second = fixture.send(.patch, Paths.connection(id), body: Bodies.rename("2"))
            let updates = [try await first.status, try await second.status]
            #expect(try await deletion.status == 204)
            #expect(updates.allSatisfy { $0 == 200 || $0 == 404 })
            #expect(try await fixture.send(.get, Paths.connection(id), as: fixture.admin).status == 404)
            #expect(try fixture.events().count - eventsBefore == 1 + updates.count { $0 == 200 })
        }
    }

    @Test("of DELETEs, one finds the connection")
    func deletes() async throws {
        let fixture = try await Fixture()
        let id = try await fixture.create(Bodies.openAI())
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<10 {
                group.addTask { try await fixture.send(.delete, Paths.connection(id), as: fixture.admin).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [204] + Array(repeating: 404, count: 9))
    }
}
