import Cryptography
import Platform
import TestSupport
import Testing

/// With the `openssl` command as the verifier; the tests fail without it.
@Suite("An authority for a session")
struct SessionAuthorityTests {
    private static let now = Int64(time(nil))

    private static func authority(for names: [String] = ["api.example.test", "amazonaws.test"]) throws
        -> SessionAuthority
    {
        try SessionAuthority(for: names, label: "1", now: now, end: now + 3_600)
    }

    /// The verifier's verdict on a certificate for a host.
    private static func verdict(
        on certificate: [UInt8],
        of authority: SessionAuthority,
        _ options: String = ""
    ) throws -> String {
        let place = TemporaryDirectory()
        place.save(CertificatePEM.text(of: authority.root), as: "root")
        place.save(CertificatePEM.text(of: authority.intermediate), as: "intermediate")
        place.save(CertificatePEM.text(of: certificate), as: "leaf")
        return try Shell.run(
            """
            cd \(place.path) && openssl verify -x509_strict -purpose sslserver \(options) -CAfile root \
            -untrusted intermediate leaf 2>&1
            """
        )
    }

    @Test(
        "vouches for its hosts, and for those below its names",
        arguments: ["api.example.test", "x.api.example.test", "s3.eu-west-1.amazonaws.test"]
    )
    func vouches(_ host: String) throws {
        let authority = try Self.authority()
        let certificate = try authority.certificate(for: host)
        #expect(try Self.verdict(on: certificate, of: authority, "-verify_hostname \(host)") == "leaf: OK\n")
        #expect(try Self.verdict(on: certificate, of: authority, "-verify_hostname other.test").contains("mismatch"))
    }

    @Test(
        "is believed for no other host, and for no address",
        arguments: ["example.test", "api.example.test.evil.test", "evilapi.example.test", "10.0.0.1"]
    )
    func isConstrained(_ host: String) throws {
        let authority = try Self.authority()
        let verdict = try Self.verdict(on: try authority.certificate(for: host), of: authority)
        #expect(verdict.contains("permitted subtree violation"))
    }

    @Test("is for its time alone", arguments: [-25 * 3_600, 3_700] as [Int64])
    func isBounded(_ seconds: Int64) throws {
        let authority = try Self.authority()
        let certificate = try authority.certificate(for: "api.example.test")
        let verdict = try Self.verdict(on: certificate, of: authority, "-attime \(Self.now + seconds)")
        #expect(verdict.contains(seconds < 0 ? "not yet valid" : "has expired"))
    }

    @Test("has an intermediate that vouches for no further authority")
    func pathLength() throws {
        let place = TemporaryDirectory()
        let authority = try Self.authority()
        for (name, certificate) in [("root", authority.root), ("intermediate", authority.intermediate)] {
            place.save(CertificatePEM.text(of: certificate), as: name)
        }
        let text = try Shell.run("cd \(place.path) && openssl x509 -noout -text -in intermediate")
        #expect(text.contains("CA:TRUE, pathlen:0"))
        #expect(text.contains("X509v3 Name Constraints: critical"))
        #expect(text.contains("DNS:api.example.test"))
        #expect(text.contains("IP:0.0.0.0/0.0.0.0"))
        #expect(try Shell.run("cd \(place.path) && openssl x509 -noout -text -in root").contains("CA:TRUE, pathlen:1"))
    }

    @Test("is told from every other one")
    func isUnique() throws {
        let one = try Self.authority()
        let other = try Self.authority()
        #expect(one.root != other.root)
        #expect(one.hostKey.point != other.hostKey.point)
        let certificate = try one.certificate(for: "api.example.test")
        #expect(!(try Self.verdict(on: certificate, of: other).hasSuffix("leaf: OK\n")))
    }

    @Test(
        "times are written as certificates have them",
        arguments: [0, 951_782_400, 2_524_607_999, 2_524_608_000] as [Int64]
    )
    func times(_ seconds: Int64) throws {
        let authority = try SessionAuthority(for: ["a.test"], label: "1", now: seconds, end: seconds + 60)
        let place = TemporaryDirectory()
        place.save(CertificatePEM.text(of: authority.root), as: "root")
        let shown = try Shell.run(
            "cd \(place.path) && date -u -d \"$(openssl x509 -noout -enddate -in root | cut -d= -f2)\" +%s"
        )
        #expect(shown == "\(seconds + 60)\n")
    }
}
