import Access
import ActService
import Cryptography
import Documents
import ForwardProxy
import Secrets
import Testing

@testable import KeywayServer

@Suite("The credential of a request to the forward proxy")
struct ProxyAuthorizationTests {
    private static let token = TokenText.new(.act, Identifier(high: 1, low: 2))
    private static let id = Identifier(high: 3, low: 4)

    private static func basic(_ pair: String) -> String {
        let digits = Array(pair.utf8).withUnsafeBytes { Base64.encode($0, .standard) }
        return "Basic " + withExtendedLifetime(digits) { String(decoding: digits.bytes, as: UTF8.self) }
    }

    @Test("is a token, as the password or behind Bearer", arguments: [.act, .personal] as [TokenText.Kind])
    func tokens(_ kind: TokenText.Kind) throws {
        let text = TokenText.new(kind, Self.id)
        let credential: Credential = kind == .act ? .actToken(KeyDigest(of: text)) : .accessToken(KeyDigest(of: text))
        for value in ["Bearer \(text)", "bearer  \(text)", Self.basic(":\(text)"), Self.basic("anyone:\(text)")] {
            let authorization = try ProxyAuthorization(value)
            #expect(authorization.credential == credential)
            #expect(authorization.named.isEmpty)
        }
    }

    @Test("names what the user name names")
    func names() throws {
        let other = Identifier(high: 5, low: 6)
        let value = Self.basic("\(Self.id)+\(other)+x:\(Self.token)")
        #expect(try ProxyAuthorization(value).named == [Self.id, other])
    }

    @Test("is a pair of keys")
    func keys() throws {
        let authorization = try ProxyAuthorization(Self.basic("one:two"))
        #expect(authorization.credential == .keys(api: KeyDigest(of: "one"), application: KeyDigest(of: "two")))
    }

    @Test(
        "is asked for where there is none",
        arguments: [
            nil, "", "Basic", "Basic !", "Bearer ", "Bearer kwa_x", "Digest x", basic(""), basic(":"), basic("a:"),
            basic("a:kwa_x"), basic("a:ddpat_x"), basic("a:\(token.dropLast())"),
        ]
    )
    func none(_ value: String?) {
        #expect(throws: ConnectRefusal.self) { try ProxyAuthorization(value) }
    }
}
