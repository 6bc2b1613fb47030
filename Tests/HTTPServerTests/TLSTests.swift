import HTTPServer
import Platform
import Secrets
import Testing

/// With the `openssl` command as the client; the tests fail without it.
@Suite("Over TLS", .timeLimit(.minutes(10)))
struct TLSTests {
    /// A new certificate for localhost and its key.
    private static func identity() throws -> (certificate: [UInt8], key: [UInt8]) {
        let pem = try run(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
            -keyout - -out - 2>/dev/null
            """
        )
        let start = try #require(pem.firstRange(of: "-----BEGIN CERTIFICATE"))
        return (Array(pem[start.lowerBound...].utf8), Array(pem[..<start.lowerBound].utf8))
    }

    private func server() throws -> HTTPServer {
        let identity = try Self.identity()
        return try HTTPServer(
            configuration: ServerConfiguration(
                tls: TLSIdentity(certificatePEM: identity.certificate, keyPEM: Secret(copying: identity.key))
            ),
            handler: TestHandler { request, reply in
                if request.rawPath == "/later" {
                    onAnotherThread { reply.send(.echo(of: request)) }
                } else {
                    reply.send(.echo(of: request))
                }
            }
        )
    }

    @Test("requests are answered, at once and later", arguments: ["-tls1_2", "-tls1_3"])
    func answers(version: String) throws {
        let server = try server()
        let later = "GET /later HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n"
        let now = "GET /now HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n"
        let output = try Self.run(
            """
            printf '\(later)\(now)' | \
            timeout 20 openssl s_client -quiet \(version) -connect 127.0.0.1:\(server.boundPort) 2>/dev/null
            """
        )
        #expect(output.contains("GET /later 0"))
        #expect(output.contains("GET /now 0"))
    }

    @Test("a request tells where it came in")
    func localEndpoint() throws {
        let identity = try Self.identity()
        let server = try HTTPServer(
            configuration: ServerConfiguration(
                tls: TLSIdentity(certificatePEM: identity.certificate, keyPEM: Secret(copying: identity.key))
            ),
            handler: TestHandler { request, reply in reply.send(.localEndpoint(of: request)) }
        )
        let output = try Self.run(
            """
            printf 'GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n' | \
            timeout 20 openssl s_client -quiet -connect 127.0.0.1:\(server.boundPort) 2>/dev/null
            """
        )
        #expect(output.contains("https 127.0.0.1 \(server.boundPort)"))
    }

    @Test("older protocols are refused", arguments: ["-tls1", "-tls1_1"])
    func old(version: String) throws {
        let server = try server()
        let output = try Self.run(
            """
            printf 'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n' | timeout 20 openssl s_client \(version) \
            -cipher ALL:@SECLEVEL=0 -connect 127.0.0.1:\(server.boundPort) 2>&1
            """
        )
        #expect(output.contains("no peer certificate available"))
        #expect(!output.contains("200 OK"))
    }

    @Test("a client that speaks plainly gets no answer and does no harm")
    func plain() throws {
        let server = try server()
        let client = try server.connect()
        try client.send(get("/"))
        #expect(throws: (any Error).self) { try client.answer() }
    }

    @Test("a certificate and a key that are no pair are refused at the start")
    func unusable() throws {
        let one = try Self.identity()
        let other = try Self.identity()
        for (certificate, key) in [(one.certificate, other.key), (Array("no".utf8), one.key), (one.certificate, [])] {
            #expect(throws: HTTPServerError.unusableTLSIdentity) {
                try HTTPServer(
                    configuration: ServerConfiguration(
                        tls: TLSIdentity(certificatePEM: certificate, keyPEM: Secret(copying: key))
                    ),
                    handler: TestHandler.echo
                )
            }
        }
    }

    /// Runs a shell command and returns its output.
    private static func run(_ command: String) throws -> String {
        let stream = try #require(popen(command, "r"))
        defer { pclose(stream) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = fread(&chunk, 1, chunk.count, stream)
            if count == 0 { break }
            output += chunk[..<count]
        }
        return String(decoding: output, as: UTF8.self)
    }
}
