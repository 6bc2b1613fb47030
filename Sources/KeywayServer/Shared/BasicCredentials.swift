import Cryptography
import Secrets

/// User and password of an `Authorization: Basic` header (RFC 7617).
struct BasicCredentials {
    let user: String
    let password: String

    /// - Returns: `nil` for a value of another scheme, or for a malformed one.
    init?(_ header: String) {
        guard header.utf8.count > 6, header.prefix(6).lowercased() == "basic " else { return nil }
        let digits = Array(header.dropFirst(6).drop { $0 == " " }.utf8)
        guard let decoded = digits.withUnsafeBytes({ Base64.decode($0, .standard) }) else { return nil }
        let text = withExtendedLifetime(decoded) { String(validating: decoded.bytes, as: UTF8.self) }
        guard let text, let colon = text.firstIndex(of: ":") else { return nil }
        user = String(text[..<colon])
        password = String(text[text.index(after: colon)...])
    }
}
