import Cryptography
import Secrets

/// The signature of a webhook's request, as Standard Webhooks 1.0 has it: HMAC-SHA-256 over id, time and body.
struct WebhookSignature {
    private let key: SecretBuffer

    private static let prefix = "whsec_"
    private static let keyLengths = 24...64

    /// Reads a secret: `whsec_` and the key in base64.
    ///
    /// - Returns: `nil` for what is none, or has a key that is too short or too long.
    init?(_ secret: Secret) {
        let key = secret.withBytes { bytes -> SecretBuffer? in
            guard bytes.starts(with: Self.prefix.utf8) else { return nil }
            return Base64.decode(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(Self.prefix.utf8.count)), .standard)
        }
        guard let key, Self.keyLengths.contains(key.count) else { return nil }
        self.key = key
    }

    /// The value of `webhook-signature`.
    func text(id: String, seconds: Int64, body: [UInt8]) -> String {
        let message = Array("\(id).\(seconds).".utf8) + body
        var code = [UInt8](repeating: 0, count: HMACSHA256.length)
        withExtendedLifetime(key) {
            message.withUnsafeBytes { message in
                code.withUnsafeMutableBytes { HMACSHA256.write(message, key: key.bytes, to: $0) }
            }
        }
        let digits = code.withUnsafeBytes { Base64.encode($0, .standard) }
        return withExtendedLifetime(digits) { "v1," + String(decoding: digits.bytes, as: UTF8.self) }
    }
}
