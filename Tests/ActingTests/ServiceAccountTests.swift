import Acting
import Connections
import Documents
import Egress
import JSONReading
import Secrets
import Testing

@Suite("A request of a Google Cloud connection", .timeLimit(.minutes(10)))
struct ServiceAccountTests {
    private static let key = SigningKeyPair()
    private static let secrets = StoredSecrets(["private_key": key.pem])
    private static let answer = #"{"access_token":"ya29.token","expires_in":3599,"token_type":"Bearer"}"#

    private static func connection(settings: JSONValue? = nil) -> ActConnection.Stored {
        Sample.connection(
            "GCP",
            "GCPServiceAccount",
            ["private_key": "", "service_account_email": "robot@example.iam.gserviceaccount.com"],
            settings: settings
        )
    }

    private static func authenticator(_ endpoint: RecordingTokenEndpoint) -> ActAuthenticator {
        let clock = TestClock()
        return ActAuthenticator(endpoint: endpoint, aws: AWSCredentialSource { _ in nil }, now: { clock.time })
    }

    private static func send(
        settings: JSONValue? = nil,
        endpoint: RecordingTokenEndpoint
    ) async throws -> AuthenticatedAct {
        let request = Sample.request("GET", "/storage/storage/v1/b", query: "project=p&key=forged&access_token=forged")
        let act = try Sample.planner().plan(request, on: connection(settings: settings))
        return try await authenticator(endpoint).authenticate(act, with: secrets)
    }

    @Test("carries a token that a signed assertion was exchanged for")
    func exchanges() async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.answer)
        let sent = try await Self.send(endpoint: endpoint)
        #expect(sent.request.url == "https://storage.googleapis.com/storage/v1/b?project=p")
        #expect(sent.request.headerLines == ["Authorization: Bearer ya29.token"])
        #expect(sent.secrets.map(\.text) == [Self.key.pem, "ya29.token"])

        let asked = try #require(await endpoint.requests.first)
        #expect(asked.method == "POST")
        #expect(asked.url == "https://oauth2.googleapis.com/token")
        #expect(asked.headerLines == ["Content-Type: application/x-www-form-urlencoded"])
        let prefix = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
        let form = try #require(asked.body?.text)
        #expect(form.hasPrefix(prefix))

        let parts = form.dropFirst(prefix.count).split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        #expect(Self.key.verifies(Base64URL.decode(parts[2]), of: "\(parts[0]).\(parts[1])"))
        #expect(!Self.key.verifies(Base64URL.decode(parts[2]), of: "\(parts[0]).\(parts[1])x"))
        #expect(try JSONReader.read(Base64URL.decode(parts[0])) == ["alg": "RS256", "typ": "JWT"])
        #expect(
            try JSONReader.read(Base64URL.decode(parts[1])) == [
                "iss": "robot@example.iam.gserviceaccount.com",
                "scope": "https://www.googleapis.com/auth/cloud-platform",
                "aud": "https://oauth2.googleapis.com/token", "iat": 1_440_938_160, "exp": 1_440_941_760,
            ]
        )
    }

    @Test("asks for the scopes, and at the URL, of the settings")
    func settings() async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.answer)
        let settings: JSONValue = [
            "scopes": "a b", "token_url": "http://127.0.0.1:8080/token", "custom_domain": true,
        ]
        _ = try await Self.send(settings: settings, endpoint: endpoint)
        let asked = try #require(await endpoint.requests.first)
        #expect(asked.url == "http://127.0.0.1:8080/token")
        let assertion = try #require(asked.body?.text.split(separator: "=").last)
        let claims = try JSONReader.read(Base64URL.decode(String(assertion.split(separator: ".")[1])))
        #expect(claims["scope"] == "a b")
        #expect(claims["aud"] == "http://127.0.0.1:8080/token")
    }

    @Test("goes to the token URL of others only where a custom domain is allowed")
    func pinnedTokenURL() {
        let refused = code { () throws(ActRefusal) in
            let connection = Self.connection(settings: ["token_url": "https://evil.example/token"])
            _ = try Sample.planner().plan(Sample.request("GET", "/storage/x"), on: connection)
        }
        #expect(refused == .destinationNotAllowed)
    }

    @Test("goes below the base URL of the settings with its whole path")
    func baseURL() throws {
        let connection = Self.connection(settings: ["base_url": "http://127.0.0.1:8080/g", "custom_domain": true])
        let act = try Sample.planner().plan(Sample.request("GET", "/storage/x"), on: connection)
        #expect(act.masked.url == "http://127.0.0.1:8080/g/storage/x")
        #expect(act.masked.headers.map(\.value) == ["Bearer [keyway:redacted]"])
        let any = try Sample.planner().plan(Sample.request("GET", "/A%2Fb"), on: connection)
        #expect(any.masked.url == "http://127.0.0.1:8080/g/A%2Fb")
    }

    @Test(
        "is refused where its path names no service",
        arguments: ["", "/", "/a.b/x", "/A/x", "/evil%2eexample/x", "/a_b/x"]
    )
    func unnamedService(_ path: String) {
        let refused = code { () throws(ActRefusal) in
            _ = try Sample.planner().plan(Sample.request("GET", path), on: Self.connection())
        }
        #expect(refused == .serviceNotNamed)
    }

    @Test("is signed by a key whose line ends are escaped as in JSON", arguments: [#"\n"#, #"\r\n"#])
    func escapedKey(_ lineEnd: String) async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.answer)
        let act = try Sample.planner().plan(Sample.request("GET", "/storage/x"), on: Self.connection())
        let secrets = StoredSecrets(["private_key": Self.key.pem.replacing("\n", with: lineEnd)])
        _ = try await Self.authenticator(endpoint).authenticate(act, with: secrets)
        let assertion = try #require(await endpoint.requests.first?.body?.text.split(separator: "=").last)
        let parts = assertion.split(separator: ".")
        #expect(Self.key.verifies(Base64URL.decode(String(parts[2])), of: parts[..<2].joined(separator: ".")))
    }

    @Test(
        "fails where the stored key cannot sign",
        arguments: ["no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
    )
    func malformedKey(_ key: String) async throws {
        let endpoint = RecordingTokenEndpoint(200, Self.answer)
        let act = try Sample.planner().plan(Sample.request("GET", "/storage/x"), on: Self.connection())
        let error = await #expect(throws: ActFailure.self) {
            try await Self.authenticator(endpoint).authenticate(act, with: StoredSecrets(["private_key": key]))
        }
        #expect(error?.code == .secretUnusable)
        #expect(error?.detail.contains("integration/credentials/private_key") == true)
        #expect(await endpoint.requests.isEmpty)
    }

    @Test(
        "fails with the vendor's own code, if it is plain, and with nothing else of the answer",
        arguments: [
            (
                400, #"{"error":"invalid_grant","error_description":"marker"}"#, "invalid_grant",
                ActFailure.Code.tokenRefused
            ),
            (401, #"{"error":"a marker"}"#, nil, .tokenRefused), (400, #"{"error":{"marker":1}}"#, nil, .tokenRefused),
            (403, "<marker>", nil, .tokenRefused), (429, "marker", nil, .tokenThrottled),
            (502, "marker", nil, .tokenUnreachable),
            (302, "marker", nil, .tokenRefused), (200, "marker", nil, .tokenMalformed),
            (200, "{}", nil, .tokenMalformed),
            (200, #"{"access_token":"marker"}"#, nil, .tokenMalformed),
            (200, #"{"access_token":"","expires_in":60}"#, nil, .tokenMalformed),
            (200, #"{"access_token":"marker","expires_in":0}"#, nil, .tokenMalformed),
            (200, #"{"access_token":"marker","expires_in":60,"token_type":"mac"}"#, nil, .tokenMalformed),
            (200, #"{"access_token":"marker\r\nX: y","expires_in":60}"#, nil, .tokenMalformed),
        ] as [(Int, String, String?, ActFailure.Code)]
    )
    func refused(status: Int, body: String, vendorCode: String?, code: ActFailure.Code) async throws {
        let endpoint = RecordingTokenEndpoint(status, body)
        let error = await #expect(throws: ActFailure.self) { try await Self.send(endpoint: endpoint) }
        #expect(error?.code == code)
        #expect(error?.vendorCode == vendorCode)
        #expect(error?.detail.contains("marker") == false)
    }

    @Test("fails where the token URL cannot be reached, and says why to programs")
    func unreachable() async throws {
        let endpoint = RecordingTokenEndpoint { _ in .failure(.timedOut) }
        let error = await #expect(throws: ActFailure.self) { try await Self.send(endpoint: endpoint) }
        #expect(error?.code == .tokenUnreachable)
        #expect(error?.egressError == .timedOut)
    }

    @Test("takes a lifetime that is written as a string")
    func lifetime() async throws {
        let endpoint = RecordingTokenEndpoint(200, #"{"access_token":"t","expires_in":"3599"}"#)
        #expect(try await Self.send(endpoint: endpoint).request.headerLines == ["Authorization: Bearer t"])
    }
}
