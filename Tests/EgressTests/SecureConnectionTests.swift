import Egress
import Foundation
import Testing

/// With the `openssl` command as the server; the tests fail without it.
@Suite("Over TLS", .timeLimit(.minutes(10)))
struct SecureConnectionTests {
    /// A directory with an authority `ca.pem`, and certificates by it for localhost and for another name.
    private final class Certificates {
        let directory: String

        init() async throws {
            directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            _ = try await shell(
                """
                cd '\(directory)' && exec 2>/dev/null
                new="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
                openssl req -x509 $new -days 2 -subj /CN=authority -keyout ca.key -out ca.pem
                for name in localhost other.example; do
                    openssl req $new -subj /CN=$name -addext subjectAltName=DNS:$name -keyout $name.key -out $name.csr
                    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
                        -copy_extensions copy -out $name.pem
                done
                """
            )
        }

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        func path(_ name: String) -> String { "\(directory)/\(name)" }
    }

    /// An `openssl s_server` that answers every GET.
    private final class Server {
        let port: UInt16
        private let process: pid_t

        init(_ certificates: Certificates, name: String, options: String = "") async throws {
            // A port that was free a moment ago.
            port = try LoopbackServer { _ in }.port
            let output = try await shell(
                """
                openssl s_server -www -quiet -accept 127.0.0.1:\(port) -cert '\(certificates.path("\(name).pem"))' \
                    -key '\(certificates.path("\(name).key"))' \(options) </dev/null >/dev/null 2>&1 &
                printf $!
                """
            )
            process = try #require(pid_t(String(decoding: output, as: UTF8.self)))
        }

        deinit { kill(process, SIGTERM) }

        var origin: String { "https://localhost:\(port)" }
    }

    /// The response to a GET, or why there is none, once the server is up.
    private func result(
        from origin: String,
        _ change: (inout EgressConfiguration) -> Void
    ) async throws -> Result<Int, EgressError> {
        let client = try EgressClient.local(change)
        while true {
            do throws(EgressError) {
                return .success(try await client.collect(.get(origin)).head.status)
            } catch .connectionFailed {
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                return .failure(error)
            }
        }
    }

    private func isInsecure(_ result: Result<Int, EgressError>) -> Bool {
        if case .failure(.insecure) = result { true } else { false }
    }

    @Test("a certificate is accepted by the operator's authority, and refused without")
    func authority() async throws {
        let certificates = try await Certificates()
        let server = try await Server(certificates, name: "localhost")
        let trusted = try await result(from: server.origin) {
            $0.certificateAuthorityFile = certificates.path("ca.pem")
            $0.allowsPlaintext = false
        }
        #expect(trusted == .success(200))
        #expect(isInsecure(try await result(from: server.origin) { _ in }))
    }

    @Test("a certificate for another host is refused")
    func wrongHost() async throws {
        let certificates = try await Certificates()
        let server = try await Server(certificates, name: "other.example")
        for origin in [server.origin, "https://127.0.0.1:\(server.port)"] {
            let result = try await result(from: origin) { $0.certificateAuthorityFile = certificates.path("ca.pem") }
            #expect(isInsecure(result))
        }
    }

    @Test(
        "old versions are refused, 1.2 and 1.3 are not",
        arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)]
    )
    func versions(option: String, isAccepted: Bool) async throws {
        let certificates = try await Certificates()
        let server = try await Server(certificates, name: "localhost", options: "\(option) -cipher ALL:@SECLEVEL=0")
        let result = try await result(from: server.origin) { $0.certificateAuthorityFile = certificates.path("ca.pem") }
        #expect(isAccepted ? result == .success(200) : isInsecure(result))
    }

    @Test("the address is guarded as well")
    func guarded() async throws {
        let result = try await result(from: "https://localhost:1") { $0.allowedNetworks = [] }
        guard case .failure(.refusedAddress) = result else {
            Issue.record("\(result)")
            return
        }
    }

    @Test("a server that speaks plainly gets no request")
    func plain() async throws {
        let counter = Counter()
        let server = try LoopbackServer { peer in
            if try peer.request() != nil { counter.add(1) }
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        let recorder = Recorder()
        let client = try EgressClient.local { $0.connectTimeout = 0.5 }
        client.send(.get("https://127.0.0.1:\(server.port)"), to: recorder)
        #expect(await recorder.end().error != nil)
        #expect(counter.value == 0)
    }

    @Test("a file of authorities is checked at the start", arguments: ["/nonexistent", "/dev/null", "/etc/passwd"])
    func unusableFile(_ path: String) {
        #expect {
            _ = try EgressClient.local { $0.certificateAuthorityFile = path }
        } throws: { error in
            guard case .insecure(let text) = error as? EgressError else { return false }
            return text.contains(path)
        }
    }
}
