import Cryptography
import Documents
import Egress
import NetworkTypes
import Secrets
import Testing
import UpstreamTesting
import HTTPServer

@testable import WorkloadIdentity

@Suite("An issuer that is asked for its keys", .serialized)
struct IssuerDocumentsTests {
    private static func response(
        _ body: JSONValue,
        status: Int = 200,
        headers: [HeaderField] = []
    ) -> Response {
        Response(
            status: status,
            headers: [.init(name: "Content-Type", value: "application/json")] + headers,
            body: JSONWriter.bytes(of: body)
        )
    }

    private static func issuer(
        _ configure: @escaping @Sendable (_ url: String) -> Response?,
        keys: @escaping @Sendable () -> Response = {
            Response(status: 200, headers: [], body: TestingKeys.keySet())
        }
    ) throws -> RunningUpstream {
        try RunningUpstream { request in
            if request.rawPath.hasSuffix("/.well-known/openid-configuration") {
                let base = request.rawPath.dropLast("/.well-known/openid-configuration".count)
                let url = "http://\(request.header("Host") ?? "")\(base)"
                return configure(url) ?? response(["issuer": .string(url), "jwks_uri": .string("\(url)/keys?v=1")])
            }
            return keys()
        }
    }

    private func keys(of url: String, allowing networks: [IPNetwork]? = nil) async throws -> Result<
        KeySet, IssuerFailure
    > {
        var configuration = EgressConfiguration()
        configuration.allowsPlaintext = true
        configuration.allowedNetworks = try networks ?? [required(IPNetwork("127.0.0.0/8"))]
        let egress = try EgressClient(configuration: configuration)
        defer { egress.stop() }
        return await GuardedIssuerDocuments(egress: egress).keys(of: url)
    }

    private func failure(_ outcome: Result<KeySet, IssuerFailure>) -> IssuerFailure? {
        if case .failure(let failure) = outcome { failure } else { nil }
    }

    @Test("is found by its configuration, with a path or without", arguments: ["", "/realms/acme"])
    func found(_ path: String) async throws {
        let upstream = try Self.issuer { _ in nil }
        let keys = try await keys(of: upstream.url + path).get()
        #expect(keys.key("round", .rs256) != nil)
        #expect(upstream.received.map(\.target) == ["\(path)/.well-known/openid-configuration", "\(path)/keys?v=1"])
    }

    @Test("with a final slash in its name has one slash in its address")
    func finalSlash() async throws {
        let upstream = try Self.issuer { url in
            Self.response(["issuer": .string("\(url)/"), "jwks_uri": .string("\(url)/keys")])
        }
        #expect(failure(try await keys(of: upstream.url + "/")) == nil)
        #expect(upstream.received.first?.target == "/.well-known/openid-configuration")
    }

    @Test("must name itself, and a place of keys")
    func another() async throws {
        let documents: [@Sendable (String) -> JSONValue] = [
            { _ in ["issuer": "https://issuer.example", "jwks_uri": "https://issuer.example/keys"] },
            { ["issuer": .string("\($0)/"), "jwks_uri": .string("\($0)/keys")] },
            { ["issuer": .string($0)] },
            { ["issuer": .string($0), "jwks_uri": "file:///etc/passwd"] },
            { ["issuer": .string($0), "jwks_uri": "http://user:secret@127.0.0.1/"] },
            { _ in [] },
        ]
        for document in documents {
            let upstream = try Self.issuer { Self.response(document($0)) }
            #expect(failure(try await keys(of: upstream.url)) == .malformedConfiguration)
        }
    }

    @Test("is not followed elsewhere", arguments: [301, 302, 303, 307, 308])
    func redirect(_ status: Int) async throws {
        let target = try Self.issuer { _ in nil }
        let elsewhere = HeaderField(name: "Location", value: "\(target.url)/.well-known/openid-configuration")
        let upstream = try Self.issuer { _ in Self.response([:], status: status, headers: [elsewhere]) }
        #expect(failure(try await keys(of: upstream.url)) == .status(status))
        #expect(target.received.isEmpty)
    }

    @Test("may not lead to an address that nobody may connect to")
    func privateAddress() async throws {
        let refused = IssuerFailure.unreachable("its address may not be connected to")
        let upstream = try Self.issuer { url in
            Self.response(["issuer": .string(url), "jwks_uri": "http://10.0.0.1/keys"])
        }
        #expect(failure(try await keys(of: upstream.url)) == refused)
        #expect(failure(try await keys(of: upstream.url, allowing: [])) == refused)
        #expect(upstream.received.count == 1)
    }

    @Test("has documents that are no longer than they need to be")
    func huge() async throws {
        let padding = JSONValue.string(String(repeating: "x", count: 256 * 1_024))
        let tooLong = IssuerFailure.unreachable("its response is too long")
        let upstream = try Self.issuer { _ in
            nil
        } keys: {
            Self.response(["keys": [], "more": padding])
        }
        #expect(failure(try await keys(of: upstream.url)) == tooLong)
        let other = try Self.issuer { Self.response(["issuer": .string($0), "more": padding]) }
        #expect(failure(try await keys(of: other.url)) == tooLong)
    }

    @Test("that answers nonsense has no keys")
    func nonsense() async throws {
        let upstream = try Self.issuer { _ in
            nil
        } keys: {
            Response(status: 200, headers: [], body: Array("<html>".utf8))
        }
        #expect(failure(try await keys(of: upstream.url)) == .malformedKeys)
        let other = try Self.issuer { _ in Response(status: 200, headers: [], body: Array("<html>".utf8)) }
        #expect(failure(try await keys(of: other.url)) == .malformedConfiguration)
    }
}
