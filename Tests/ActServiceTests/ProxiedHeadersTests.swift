import Egress
import NetworkTypes
import Scrubbing
import Secrets
import Testing

@testable import ActService

@Suite("The headers of a third party's answer")
struct ProxiedHeadersTests {
    private func passedOn(
        _ headers: [(String, String)],
        secrets: [String] = [],
        isDecoded: Bool = false
    ) -> [String] {
        let head = ResponseHead(status: 200, headers: headers.map { .init(name: $0.0, value: $0.1) })
        let patterns = ScrubPatterns(secrets.map { Secret(copying: $0.utf8) })
        return ProxiedHeaders.passedOn(head, scrubbedOf: patterns, isDecoded: isDecoded)
            .map { "\($0.name): \($0.value)" }
    }

    @Test("are passed on in their order, however often each stands there")
    func passed() {
        #expect(
            passedOn([("Content-Type", "text/plain"), ("Link", "<a>"), ("X-RateLimit-Limit", "5"), ("link", "<b>")])
                == ["Content-Type: text/plain", "Link: <a>", "X-RateLimit-Limit: 5", "link: <b>"]
        )
    }

    @Test(
        "stay behind where they are the hop's, the browser's or ours",
        arguments: [
            "Connection", "KEEP-ALIVE", "Proxy-Authenticate", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
            "Content-Length", "Set-Cookie", "set-cookie2", "Strict-Transport-Security", "Alt-Svc",
            "Clear-Site-Data", "Refresh", "Content-Security-Policy", "X-Content-Type-Options",
            "Access-Control-Allow-Origin", "Keyway-Upstream-Status", "keyway-anything", "Date",
        ]
    )
    func dropped(_ name: String) {
        #expect(passedOn([(name, "a"), ("X-B", "b")]) == ["X-B: b"])
    }

    @Test("name a coding unless it was undone", arguments: ["gzip", "deflate", "br", "identity", "none"])
    func coding(_ coding: String) {
        #expect(passedOn([("Content-Encoding", coding)]) == ["Content-Encoding: \(coding)"])
        #expect(passedOn([("Content-Encoding", coding)], isDecoded: true) == [])
    }

    @Test("that Connection names stay behind")
    func namedByConnection() {
        #expect(passedOn([("X-Hop", "a"), ("Connection", "close, x-hop"), ("X-B", "b")]) == ["X-B: b"])
    }

    @Test("cannot hold what no header may")
    func controls() {
        #expect(passedOn([("X-A", "a\u{1}b"), ("X-B", "a\tb"), ("X-C", "a\u{7F}")]) == ["X-B: a\tb"])
    }

    @Test("name the upstream's request as it does")
    func requestID() {
        #expect(passedOn([("x-request-id", "abc"), ("Keyway-Request-Id", "forged")]) == ["x-request-id: abc"])
    }

    @Test("are masked")
    func masked() {
        let mask = ScrubMask.text
        #expect(passedOn([("X-Echo", "Bearer sk-12345678!")], secrets: ["sk-12345678"]) == ["X-Echo: Bearer \(mask)!"])
    }

    @Test("may lack a value")
    func empty() {
        #expect(passedOn([("X-Next-Page", ""), ("X-B", "b")]) == ["X-Next-Page: ", "X-B: b"])
    }

    @Test("keep their bytes, of whatever character set, but for secrets")
    func bytes() {
        let latin1: [UInt8] = [0x63, 0x61, 0x66, 0xE9, 0xF4]
        let secret = "sk-12345678"
        let head = ResponseHead(
            status: 200,
            headers: [.init(name: "X-A", bytes: latin1), .init(name: "X-B", bytes: latin1 + secret.utf8 + latin1)]
        )
        let patterns = ScrubPatterns([Secret(copying: secret.utf8)])
        let headers = ProxiedHeaders.passedOn(head, scrubbedOf: patterns, isDecoded: false)
        #expect(headers.map(\.rawValue) == [latin1, latin1 + ScrubMask.text.utf8 + latin1])
    }
}
