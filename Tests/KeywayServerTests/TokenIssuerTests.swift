import Access
import Documents
import HTTPServer
import KeywayServer
import Testing

@Suite("A token issuer")
struct TokenIssuerTests {
    private static let path = "/api/v2/actions/token_issuers"

    private func body(_ attributes: String) -> String {
        #"{"data":{"type":"token_issuers","attributes":{\#(attributes)}}}"#
    }

    private func mappings(_ account: Keys, _ claims: String = #"[{"claim":"sub","value":"repo:acme/*"}]"#) -> String {
        #""mappings":[{"service_account_id":"\#(account.user)","claims":\#(claims)}]"#
    }

    @Test("is answered as it was named, with an audience of the organisation's own")
    func named() async throws {
        let fixture = try await Fixture()
        let account = try await fixture.member([.readOnly], isServiceAccount: true)
        let sent = body(#""issuer":"https://gitlab.example/acme","# + mappings(account))
        let created = try await fixture.send(.post, Self.path, body: sent)
        #expect(created.status == 201)
        let attributes = created.json["data"]?["attributes"]
        #expect(attributes?["issuer"]?.text?.string == "https://gitlab.example/acme")
        #expect(attributes?["audience"]?.text?.string == "keyway:\(fixture.organization)")
        let read = try await fixture.send(.get, "\(Self.path)/\(created.id)", as: fixture.admin)
        #expect(read.json["data"] == created.json["data"])
        let list = try await fixture.send(.get, Self.path, as: fixture.admin)
        #expect(list.json["data"] == created.json["data"].map { .array([$0]) })
    }

    @Test("is named once in an organisation, until it is deleted")
    func once() async throws {
        let fixture = try await Fixture()
        let account = try await fixture.member([.readOnly], isServiceAccount: true)
        let sent = Bodies.tokenIssuer(1, account)
        let created = try await fixture.send(.post, Self.path, body: sent)
        #expect(created.status == 201)
        #expect(try await fixture.send(.post, Self.path, body: sent).status == 409)
        #expect(try await fixture.send(.delete, "\(Self.path)/\(created.id)", as: fixture.admin).status == 204)
        #expect(try await fixture.send(.get, "\(Self.path)/\(created.id)", as: fixture.admin).status == 404)
        #expect(try await fixture.send(.post, Self.path, body: sent).status == 201)
    }

    @Test(
        "takes an audience that ends with the organisation's id, and no other",
        arguments: [
            ("keyway:@", 201), ("https://keyway.example/@", 201), ("@", 201), ("keyway-@", 400), ("@/", 400),
            ("https://keyway.example", 400), ("keyway:00000000-0000-0000-0000-000000000001", 400),
        ]
    )
    func audience(_ audience: String, _ status: Int) async throws {
        let fixture = try await Fixture()
        let account = try await fixture.member([.readOnly], isServiceAccount: true)
        let text = audience.replacing("@", with: fixture.organization.description)
        let sent = body(#""issuer":"https://a.example","audience":"\#(text)","# + mappings(account))
        let created = try await fixture.send(.post, Self.path, body: sent)
        #expect(created.status == status)
        if status == 400 { #expect(created.text.contains("/data/attributes/audience")) }
    }

    @Test(
        "is refused where it could let in more than was meant, and every error is named",
        arguments: [
            (#"[{"claim":"environment","value":"production"}]"#, "/data/attributes/mappings"),
            (#"[{"claim":"sub","value":"*"}]"#, "/data/attributes/mappings/0/claims/0/value"),
            (#"[{"claim":"sub","value":"repo:*"}]"#, "/data/attributes/mappings/0/claims/0/value"),
            (#"[{"claim":"sub","value":"repo:acme*"}]"#, "/data/attributes/mappings/0/claims/0/value"),
            (#"[{"claim":"sub","value":7}]"#, "/data/attributes/mappings/0/claims/0/value"),
            (#"[{"claim":"/a~2","value":"x"}]"#, "/data/attributes/mappings/0/claims/0/claim"),
            ("[]", "/data/attributes/mappings"),
        ]
    )
    func tooWide(_ claims: String, _ pointer: String) async throws {
        let fixture = try await Fixture()
        let account = try await fixture.member([.readOnly], isServiceAccount: true)
        let sent = body(#""issuer":"https://a.example","# + mappings(account, claims))
        let created = try await fixture.send(.post, Self.path, body: sent)
        #expect(created.status == 400)
        #expect(created.text.contains("\"\(pointer)\""), "\(created.text)")
    }

    @Test("maps to service accounts of the organisation alone, which are enabled")
    func accounts() async throws {
        let fixture = try await Fixture()
        let person = try await fixture.member([.readOnly])
        let disabled = try await fixture.member([.readOnly], isServiceAccount: true)
        _ = try await fixture.send(.delete, "/api/v2/users/\(disabled.user)", as: fixture.admin)
        for account in [person, disabled, try await fixture.stranger()] {
            let created = try await fixture.send(.post, Self.path, body: Bodies.tokenIssuer(1, account))
            #expect(created.status == 400)
            #expect(created.text.contains("/data/attributes/mappings/0/service_account_id"))
        }
    }

    @Test(
        "hands out no more than its maker has",
        arguments: [
            (#"["connections_read"]"#, "token_issuers_manage", 403),
            (#"["connections_read"]"#, "connections_read", 201),
            // The account has no such permission.
            (#"["api_keys_write"]"#, "token_issuers_manage", 201),
            (#"["nonsense"]"#, "connections_read", 400),
        ]
    )
    func grants(_ scopes: String, _ own: String, _ status: Int) async throws {
        let fixture = try await Fixture()
        let account = try await fixture.member([.readOnly], isServiceAccount: true)
        let keys = try await fixture.member([.admin], scopes: ["token_issuers_manage", own])
        let sent = Bodies.tokenIssuer(1, account, scopes: scopes)
        let created = try await fixture.send(.post, Self.path, as: keys, body: sent)
        #expect(created.status == status)
        if status == 403 { #expect(created.text.contains("connections_read")) }
    }

    @Test("is changed in parts, with its mappings as a whole, and checked as if it were named anew")
    func changed() async throws {
        let fixture = try await Fixture()
        let account = try await fixture.member([.readOnly], isServiceAccount: true)
        let first = try await fixture.send(.post, Self.path, body: Bodies.tokenIssuer(1, account))
        let second = try await fixture.send(.post, Self.path, body: Bodies.tokenIssuer(2, account))
        func patch(_ attributes: String, as keys: Keys? = nil) async throws -> Answer {
            let path = "\(Self.path)/\(first.id)"
            return try await fixture.send(.patch, path, as: keys ?? fixture.admin, body: body(attributes))
        }
        let narrowed = try await patch(mappings(account, #"[{"claim":"sub","value":"repo:acme/api"}]"#))
        #expect(narrowed.status == 200)
        let (before, after) = (first.json["data"]?["attributes"], narrowed.json["data"]?["attributes"])
        #expect(after?["issuer"] == before?["issuer"])
        #expect(after?["audience"] == before?["audience"])
        #expect(after?["mappings"] != before?["mappings"])
        let read = try await fixture.send(.get, "\(Self.path)/\(first.id)", as: fixture.admin)
        #expect(read.json["data"] == narrowed.json["data"])
        let taken = second.json["data"]?["attributes"]?["issuer"]?.text?.string ?? ""
        #expect(try await patch(#""issuer":"\#(taken)""#).status == 409)
        #expect(try await patch(#""audience":"https://keyway.example""#).status == 400)
        #expect(try await patch(mappings(account, #"[{"claim":"sub","value":"*"}]"#)).status == 400)
        // Who may not make it may not change it either, not even in another part.
        let narrow = try await fixture.member([.admin], scopes: ["token_issuers_manage"])
        #expect(try await patch(#""issuer":"https://b.example""#, as: narrow).status == 403)
        let unknown = "\(Self.path)/\(account.user)"
        #expect(try await fixture.send(.patch, unknown, as: fixture.admin, body: body("")).status == 404)
    }

    @Test("is reached by plain HTTP only where the operator allows it")
    func plain() async throws {
        let sent = { (account: Keys) in self.body(#""issuer":"http://127.0.0.1:1","# + self.mappings(account)) }
        let fixture = try await Fixture()
        let account = try await fixture.member([.readOnly], isServiceAccount: true)
        #expect(try await fixture.send(.post, Self.path, body: sent(account)).status == 201)
        let strict = try await Fixture(egress: Fixture.strictEgress)
        let other = try await strict.member([.readOnly], isServiceAccount: true)
        let refused = try await strict.send(.post, Self.path, body: sent(other))
        #expect(refused.status == 400)
        #expect(refused.text.contains("/data/attributes/issuer"))
    }
}
