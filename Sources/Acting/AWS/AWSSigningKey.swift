import Cryptography
import Secrets

/// The key of one secret access key for a day, a region and a service, which signs whatever is signed for them.
struct AWSSigningKey: Sendable {
    private let key: Secret
    /// `20150830/us-east-1/iam/aws4_request`
    let scope: String

    /// - Parameters:
    ///   - secret: The secret access key.
    ///   - day: The day, as in `20150830`.
    ///   - scope: Service and region.
    init(_ secret: Secret, day: String, _ scope: SigningScope) {
        self.scope = "\(day)/\(scope.region)/\(scope.service)/aws4_request"
        var start = SecretText()
        start.append("AWS4")
        start.append(secret)
        let first = start.joined()
        let buffer = SecretBuffer(count: HMACSHA256.length) { code in
            first.withBytes { Self.write(day, key: $0, to: code) }
            for part in [scope.region, scope.service, "aws4_request"] {
                Self.write(part, key: UnsafeRawBufferPointer(code), to: code)
            }
        }
        key = Secret(buffer)
    }

    /// The signature of a text in hexadecimal.
    func signature(of text: String) -> String {
        ScratchMemory.with(byteCount: HMACSHA256.length) { code in
            key.withBytes { Self.write(text, key: $0, to: code) }
            return Hex.string(UnsafeRawBufferPointer(code))
        }
    }

    /// Whether a signature is that of a text, in a time that tells nothing of how much of it is right.
    func isSignature(_ signature: String, of text: String) -> Bool {
        var (given, right) = (signature, self.signature(of: text))
        return given.withUTF8 { given in
            right.withUTF8 { ConstantTime.areEqual(UnsafeRawBufferPointer(given), UnsafeRawBufferPointer($0)) }
        }
    }

    private static func write(_ text: String, key: UnsafeRawBufferPointer, to code: UnsafeMutableRawBufferPointer) {
        var text = text
        text.withUTF8 { HMACSHA256.write(UnsafeRawBufferPointer($0), key: key, to: code) }
    }
}
