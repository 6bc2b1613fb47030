import AmbientCredentials
import Documents
import Testing

@Suite("An endpoint of a cloud's credentials")
struct AmbientEndpointTests {
    private let source = NumberedTokens()

    private var endpoints: AmbientEndpoints { endpoints(of: source) }

    private func endpoints(of source: NumberedTokens) -> AmbientEndpoints {
        let tokens = source.tokens
        return AmbientEndpoints([
            ContainerCredentials(guarding: guarding, tokens: tokens),
            ManagedIdentity(guarding: guarding, tokens: tokens),
            MetadataServer(identity: .init(project: "acme"), guarding: guarding, tokens: tokens) { source.now },
        ])
    }

    @Test("gives AWS' tools a pair of keys, and a time without a fraction")
    func aws() async {
        let response = await endpoints.respond(to: Asking.aws)
        #expect(response.status == 200)
        #expect(response["AccessKeyId"] == "KWAA1")
        #expect(response["SecretAccessKey"] == "secret1")
        #expect(response["Token"] == "token1")
        #expect(response["Expiration"] == "2027-01-15T09:00:00Z")
        #expect(response.header("Cache-Control") == "no-store")
    }

    @Test("gives Azure's tools a token, and the second of its end")
    func azure() async {
        let response = await endpoints.respond(to: Asking.azure)
        #expect(response.status == 200)
        #expect(response["access_token"] == "token1")
        #expect(response["expires_on"] == "1800003600")
        #expect(response["resource"] == "https://management.azure.com")
        #expect(response["token_type"] == "Bearer")
    }

    @Test("gives Google's tools a token, and how long it lives")
    func google() async {
        let endpoints = endpoints
        let response = await endpoints.respond(to: Asking.googleToken)
        #expect(response.status == 200)
        #expect(response["access_token"] == "token1")
        #expect(response["expires_in"] == "3600")
        #expect(response.header("Metadata-Flavor") == "Google")
        #expect(response.header("Content-Type") == "application/json")
        source.advance(by: 600)
        #expect(await endpoints.respond(to: Asking.googleToken)["expires_in"] == "3000")
    }

    @Test(
        "tells Google's tools who they are",
        arguments: [
            ("", nil, 200, "computeMetadata/\n"),
            ("/", nil, 200, "computeMetadata/\n"),
            ("/computeMetadata/v1/project/project-id", nil, 200, "acme"),
            ("/computeMetadata/v1/instance/service-accounts/default/email", nil, 200, "default@keyway.invalid"),
            (
                "/computeMetadata/v1/instance/service-accounts/default/", "recursive=true", 200,
                #"{"aliases":["default"],"email":"default@keyway.invalid","scopes":["#
                    + #""https://www.googleapis.com/auth/cloud-platform"]}"#
            ),
            (
                "/computeMetadata/v1/instance/service-accounts/default@keyway.invalid/scopes", nil, 200,
                "https://www.googleapis.com/auth/cloud-platform"
            ),
            ("/computeMetadata/v1/universe/universe-domain", nil, 404, "There is nothing at this path."),
            (
                "/computeMetadata/v1/instance/service-accounts/other/token", nil, 404,
                "There is nothing at this path."
            ),
        ] as [(String, String?, Int, String)]
    )
    func identity(_ place: String, _ query: String?, _ status: Int, _ text: String) async {
        let response = await endpoints.respond(to: Asking.google(place, query: query))
        #expect(response.status == status)
        #expect(response.text == text)
        #expect(response.header("Metadata-Flavor") == "Google")
        #expect(response.header("Content-Type") != nil)
        #expect(source.count == 0)
    }

    static let requests = [Asking.aws, Asking.azure, Asking.googleToken]

    @Test("refuses browsers and proxies", arguments: requests, ["Origin", "sec-fetch-site", "X-Forwarded-For", "Via"])
    func strangers(_ request: AmbientRequest, _ header: String) async {
        let response = await endpoints.respond(to: request.adding(header, ""))
        #expect(response.status == 403)
        #expect(source.count == 0)
    }

    @Test("refuses another name than the one that was handed out", arguments: requests)
    func otherHost(_ request: AmbientRequest) async {
        let endpoints = endpoints
        for host in ["localhost:4711", "127.0.0.1", "127.0.0.1:4712", "metadata.google.internal", ""] {
            #expect(await endpoints.respond(to: request.replacing("Host", host)).status == 403)
        }
        #expect(await endpoints.respond(to: request.removing("Host")).status == 403)
        #expect(await endpoints.respond(to: request.adding("host", host)).status == 403)
        #expect(source.count == 0)
    }

    @Test("refuses other methods", arguments: requests, ["POST", "HEAD", "PUT", "OPTIONS", "get"])
    func otherMethod(_ request: AmbientRequest, _ method: String) async {
        let other = AmbientRequest(method: method, path: request.path, query: request.query, headers: request.headers)
        #expect(await endpoints.respond(to: other).status == 403)
        #expect(source.count == 0)
    }

    @Test("refuses who has no proof, or another one", arguments: requests)
    func noProof(_ request: AmbientRequest) async {
        let endpoints = endpoints
        for name in ["Authorization", "X-IDENTITY-HEADER"] where request.headers.contains(where: { $0.name == name }) {
            #expect(await endpoints.respond(to: request.removing(name)).status == 401)
            let others = [
                "", "proof", "\(proof) ", "Bearer \(proof)", "Basic", "Basic ", "Basic !", "Basic a2V5d2F5",
                "Basic a2V5d2F5Og==",
            ]
            for other in others {
                #expect(await endpoints.respond(to: request.replacing(name, other)).status == 401)
            }
            #expect(await endpoints.respond(to: request.adding(name, proof)).status == 401)
        }
        #expect(source.count == 0)
    }

    @Test("demands Google's own header of Google's tools", arguments: ["", "google", "Amazon"])
    func flavor(_ value: String) async {
        for place in ["", "/computeMetadata/v1/project/project-id"] {
            let request = Asking.google(place)
            #expect(await endpoints.respond(to: request.replacing("metadata-flavor", value)).status == 403)
            #expect(await endpoints.respond(to: request.removing("metadata-flavor")).status == 403)
        }
    }

    @Test(
        "demands what Azure's tools send",
        arguments: [
            nil, "", "api-version=2018-02-01&resource=x", "api-version=2019-08-01", "api-version=2019-08-01&resource=",
            "api-version=2019-08-01&resource=x&resource=y",
        ]
    )
    func azureParameters(_ query: String?) async {
        let request = AmbientRequest(method: "GET", path: "/azure", query: query, headers: Asking.azure.headers)
        #expect(await endpoints.respond(to: request).status == 400)
        #expect(source.count == 0)
    }

    @Test(
        "is found at its own path alone",
        arguments: ["/", "/awsx", "/aws/", "/AWS", "/azure/token", "/latest/meta-data/"]
    )
    func otherPath(_ path: String) async {
        let request = AmbientRequest(method: "GET", path: path, headers: Asking.aws.headers)
        #expect([403, 404].contains(await endpoints.respond(to: request).status))
        #expect(source.count == 0)
    }

    @Test("says so when there is no token, and asks again the next time", arguments: requests)
    func failure(_ request: AmbientRequest) async {
        let endpoints = endpoints
        source.fail(true)
        #expect(await endpoints.respond(to: request).status == 503)
        source.fail(false)
        #expect(await endpoints.respond(to: request).status == 200)
    }

    @Test("gives AWS' tools nothing where the token is no pair of keys")
    func noKeyPair() async {
        #expect(await endpoints(of: NumberedTokens(hasKeyPair: false)).respond(to: Asking.aws).status == 503)
    }

    @Test("prints nothing of a token")
    func silence() async {
        let response = await endpoints.respond(to: Asking.aws)
        var dumped = ""
        dump(response, to: &dumped)
        for text in ["\(response)", dumped] { #expect(!text.contains("secret1") && !text.contains("115")) }
    }
}

@Suite("The tokens that are given out")
struct AmbientTokensTests {
    @Test("are one, however many ask at once")
    func once() async throws {
        let source = NumberedTokens(delay: .milliseconds(50))
        let tokens = source.tokens
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await tokens.token().text } }
            for try await text in group { #expect(text == "token1") }
        }
        #expect(source.count == 1)
    }

    @Test(
        "are renewed before any tool would find them too old",
        arguments: [(3_600, 2_400), (600, 400), (86_400, 85_200)]
    )
    func renewal(_ lifetime: Int64, _ renewal: Int64) async throws {
        let source = NumberedTokens(lifetime: lifetime)
        let tokens = source.tokens
        #expect(try await tokens.token().text == "token1")
        source.advance(by: renewal - 1)
        #expect(try await tokens.token().text == "token1")
        source.advance(by: 1)
        #expect(try await tokens.token().text == "token2")
        #expect(try await tokens.token().text == "token2")
    }
}

@Suite("The token that is given out at present")
struct CurrentTokenTests {
    private let source = NumberedTokens(lifetime: 600)
    private var current: CurrentToken<AmbientToken> { CurrentToken { [source] in source.now } }

    @Test("is made anew where it is not good any more")
    func revoked() async throws {
        let (source, current) = (source, current)
        for expected in ["token1", "token2"] {
            let token = try await current.token(if: { _ in false }, make: { try await source.newToken() })
            #expect(token.text == expected)
        }
        let token = try await current.token(if: { $0.text == "token2" }, make: { try await source.newToken() })
        #expect(token.text == "token2")
    }

    @Test("is kept until its end where none could live longer")
    func last() async throws {
        let (source, current) = (source, current)
        let end = Timestamp(microseconds: source.now.microseconds + 600_000_000)
        let token = { try await current.token(until: end) { try await source.newToken() }.text }
        #expect(try await token() == "token1")
        source.advance(by: 599)
        #expect(try await token() == "token1")
        source.advance(by: 1)
        #expect(try await token() == "token2")
    }
}

extension AmbientRequest {
    var all: [Header] { headers }

    func adding(_ name: String, _ value: String) -> AmbientRequest { with(headers + [.init(name, value)]) }

    func removing(_ name: String) -> AmbientRequest { with(headers.filter { $0.name != name }) }

    func replacing(_ name: String, _ value: String) -> AmbientRequest { removing(name).adding(name, value) }

    private func with(_ headers: [Header]) -> AmbientRequest {
        AmbientRequest(method: method, path: path, query: query, headers: headers)
    }
}
