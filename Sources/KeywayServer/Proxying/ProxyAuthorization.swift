import Access
import ActService
import Documents
import ForwardProxy
import Secrets

/// The credential of a request to the forward proxy, and the session and the connection that its user name says.
///
/// `Basic` with a token as the password, and the ids of a session and of a connection as the user, in either order with
/// a plus between them, or anything else; `Basic` with an API key as the user and an application key as the password;
/// or `Bearer` with a token.
struct ProxyAuthorization {
    let credential: Credential
    /// The text of the token, if it is an act token.
    let actToken: Secret?
    /// The ids in the user name.
    let named: [Identifier]

    /// - Throws: ``ConnectRefusal`` with 407.
    init(_ value: String?) throws(ConnectRefusal) {
        guard let value else {
            throw .unauthenticated("A token of Keyway's is needed as the password of the proxy")
        }
        if let basic = BasicCredentials(value) {
            if let credential = Self.token(basic.password) {
                self.credential = credential
                actToken = Self.actToken(basic.password)
                named = basic.user.split(separator: "+").compactMap { Identifier($0) }
            } else {
                guard !basic.user.isEmpty, !basic.password.isEmpty else {
                    throw .unauthenticated("The password of the proxy is no token of Keyway's")
                }
                guard !TokenText.beginnings.contains(where: { basic.password.hasPrefix("\($0)") }) else {
                    throw .unauthenticated("The token in the password of the proxy is malformed or cut off")
                }
                credential = .keys(api: KeyDigest(of: basic.user), application: KeyDigest(of: basic.password))
                actToken = nil
                named = []
            }
            return
        }
        let text = String(value.dropFirst(7).drop { $0 == " " })
        guard value.utf8.count > 7, value.prefix(7).lowercased() == "bearer ", let credential = Self.token(text) else {
            throw .unauthenticated("Proxy-Authorization holds no token of Keyway's")
        }
        self.credential = credential
        actToken = Self.actToken(text)
        named = []
    }

    private static func actToken(_ text: String) -> Secret? {
        TokenText.kind(of: text) == .act ? Secret(copying: text.utf8) : nil
    }

    private static func token(_ text: String) -> Credential? {
        switch TokenText.kind(of: text) {
        case .act: .actToken(KeyDigest(of: text))
        case .personal, .service, .delegated: .accessToken(KeyDigest(of: text))
        case nil: nil
        }
    }
}
