import AmbientCredentials
import Documents
import Egress
import JSONReading
import NetworkTypes
import Secrets
import Testing

@testable import KeywayCommands

@Suite("The credentials of one command")
struct AmbientListenerTests {
    private struct Source: AmbientTokenSource {
        func newToken() async throws -> AmbientToken {
            AmbientToken(
                text: "token",
                keyPair: .init(accessKeyID: "KWAA", secretAccessKey: "secret"),
                expiresAt: Timestamp(microseconds: Timestamp.now.microseconds + 3_600_000_000)
            )
        }
    }

    private func get(
        _ target: String,
        at listener: AmbientListener,
        as host: String? = nil,
        _ headers: [(String, String)]
    ) async throws -> (status: Int, body: JSONValue?) {
        var configuration = EgressConfiguration()
        configuration.allowsPlaintext = true
        configuration.allowedNetworks = ["127.0.0.0/8", "::1/128"].compactMap(IPNetwork.init)
        let egress = try EgressClient(configuration: configuration)
        defer { egress.stop() }
        let request = OutgoingRequest(
            method: "GET",
            origin: "http://\(host ?? listener.host)",
            target: Secret(copying: target.utf8),
            headers: headers.map { .init(name: $0.0, text: $0.1) }
        )
        let answer = try await egress.collect(request, atMost: 10_000)
        return (answer.head.status, try? JSONReader.read(answer.body))
    }

    @Test("are served where its variables say, to whoever has their proof")
    func served() async throws {
        let listener = try AmbientListener(tokens: AmbientTokens(source: Source()), project: "acme")
        defer { listener.stop() }
        let variables = listener.variables(project: "acme").reduce(into: [:]) {
            $0.merge($1.values) { first, _ in first }
        }
        let proof = try #require(variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
        #expect(variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == "http://\(listener.host)/aws")
        let aws = try await get("/aws", at: listener, [("Authorization", proof)])
        #expect(aws.status == 200)
        #expect(aws.body?["Token"]?.text?.string == "token")
        #expect(try await get("/aws", at: listener, [("Authorization", "x\(proof)")]).status == 401)
        #expect(try await get("/aws", at: listener, [("Authorization", proof), ("Origin", "null")]).status == 403)
        let otherName = listener.host.replacing("127.0.0.1", with: "localhost")
        #expect(try await get("/aws", at: listener, as: otherName, [("Authorization", proof)]).status == 403)
        #expect(variables["IDENTITY_ENDPOINT"] == "http://\(listener.host)/azure")
        let azure = "/azure?api-version=2019-08-01&resource=x"
        #expect(try await get(azure, at: listener, [("X-IDENTITY-HEADER", proof)]).status == 200)
        #expect(variables["GCE_METADATA_HOST"] == "keyway:\(proof)@\(listener.host)/google")
        #expect(try await get("/google/", at: listener, [("Metadata-Flavor", "Google")]).status == 200)
        #expect(try await get("/google/", at: listener, []).status == 403)
    }

    @Test("have another proof and another port each time")
    func distinct() throws {
        let listeners = try (0..<2).map { _ in
            try AmbientListener(tokens: AmbientTokens(source: Source()), project: "acme")
        }
        defer { for listener in listeners { listener.stop() } }
        #expect(listeners[0].proof != listeners[1].proof)
        #expect(listeners[0].proof.utf8.count == 64)
        #expect(listeners[0].host != listeners[1].host)
    }
}
